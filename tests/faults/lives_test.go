//go:build !race

package faults_test

// lives are how often an engine is opened and closed in one process.
const lives = 1000
