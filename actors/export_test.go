package actors

import "time"

// SetWallClock replaces the wall clock of a system in which no actor runs yet.
func (s *System) SetWallClock(now func() time.Time) { s.runtime.Now = now }
