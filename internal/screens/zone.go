package main

import (
	"bytes"
	"encoding/binary"
	"os"
	"time"
)

// shownTime is what the clock shows in the pictures: in the middle of a minute,
// so that a slow machine does not show the next.
var shownTime = time.Date(2026, time.November, 27, 10, 30, 20, 0, time.UTC) //nolint:gochecknoglobals // a constant

// writeZone writes a time zone in which it is shownTime at now, so that the
// pictures do not depend on when they are taken. The format is that of RFC 8536,
// version 1: a header of 44 bytes, one type of local time, and its name.
func writeZone(path string, now time.Time) error {
	var zone bytes.Buffer
	zone.WriteString("TZif")
	zone.Write(make([]byte, 16))                                         // the version and what is reserved
	offset := int32(shownTime.Sub(now).Round(time.Second) / time.Second) //nolint:gosec // 68 years fit
	for _, part := range []any{
		[6]uint32{0, 0, 0, 0, 1, 4}, // one type, and four bytes of names
		offset, uint8(0), uint8(0),
		[4]byte{'T', 'Z', 'T', 0},
	} {
		if err := binary.Write(&zone, binary.BigEndian, part); err != nil {
			return err
		}
	}
	return os.WriteFile(path, zone.Bytes(), 0o600)
}
