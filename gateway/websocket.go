package gateway

// serveUpgrade serves a request for another protocol.
func (x *exchange) serveUpgrade() {
	x.refuse(&refusal{kind: noUpgrade, message: "WebSockets are switched off here; send plain requests"})
}
