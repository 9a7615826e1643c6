package roundtrip

// resourceLimit is how much of an answer's beginning is searched.
const resourceLimit = 4 << 10

// resourceReader searches the beginning of an answer for the resource that it
// made, which only the account that made it can use.
type resourceReader struct {
	sender    *Sender
	account   string
	beginning []byte
}

// read reads the next piece, before the caller sees it. It reports whether the
// search has ended.
func (r *resourceReader) read(piece []byte) (done bool) {
	room := resourceLimit - len(r.beginning)
	r.beginning = append(r.beginning, piece[:min(len(piece), room)]...)
	if made := r.sender.Provider.Keeper.Made(r.beginning); made != "" {
		r.sender.Accounts.Own(made, r.account)
		return true
	}
	return len(r.beginning) == resourceLimit
}
