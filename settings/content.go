package settings

// Parse returns the settings that the content of a file says, without those of the
// environment; without content they are the defaults. path is for messages only. The
// error is an [*Error], and the Settings are zero then.
func Parse(path string, data []byte) (Settings, error) {
	if data == nil {
		data = []byte(newFile)
	}
	s, _, err := parse(path, data)
	return s, err
}
