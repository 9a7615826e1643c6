package multiaccount

// resourceLimit is how much of an answer's beginning is looked through.
const resourceLimit = 4 << 10

// resourceReader looks at the beginning of an answer for the resource that it
// made, which only the account that made it can use.
type resourceReader struct {
	pool      *Pool
	account   string
	beginning []byte
}

// read takes in the next piece, before the caller sees it. It reports whether
// there is nothing left to look for.
func (r *resourceReader) read(piece []byte) (done bool) {
	room := resourceLimit - len(r.beginning)
	r.beginning = append(r.beginning, piece[:min(len(piece), room)]...)
	if made := r.pool.made(r.beginning); made != "" {
		r.pool.actors.Own(made, r.account)
		return true
	}
	return len(r.beginning) == resourceLimit
}

// made calls the provider. An answer that makes it panic tells of nothing.
func (p *Pool) made(beginning []byte) (resource string) {
	defer func() {
		if reason := recover(); reason != nil {
			p.log.Error().Str("provider", p.provider.Name()).
				Msgf("the provider panicked (%T) when it looked for what an answer made, which is passed on as it is", reason)
		}
	}()
	return p.keeper.Made(beginning)
}
