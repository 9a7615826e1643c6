// Package poolview is the screen to manage accounts from: [Show] runs it on a
// terminal until its owner leaves. What it shows and changes is behind [Host].
package poolview
