// Package shown is how accounts, decisions and settings are written for people and
// programs: by the command, and by the gateway's admin interface. Its JSON names are
// stable.
package shown
