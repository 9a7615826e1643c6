package serving

// onHangup: there are no such signals on Windows.
func onHangup(_, _ func()) (stop func()) { return func() {} }
