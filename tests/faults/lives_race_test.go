//go:build race

package faults_test

// lives are fewer under the race detector, which makes each cost ten times as
// much.
const lives = 100
