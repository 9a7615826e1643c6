package writer

// ownFile names a file that this process alone writes, and others read: what it
// claims of a pool, or what it decided there.
type ownFile struct{ provider, content string }

// ownLane writes one such file. One write at a time is under way, on a
// goroutine. Each replaces what the one before wrote, so that of those that
// wait the latest is enough.
type ownLane struct {
	next *ownWritten
}

// ownWritten is what one write of such a file came to.
type ownWritten struct {
	file  ownFile
	lane  *ownLane
	write func() error
	// failed is told of an error, in the mailbox.
	failed func(err error)
	err    error
}

// replaceOwn has a file replaced, in place of what waits to be written to it.
func (p *writer) replaceOwn(w *ownWritten) {
	if l := p.owned[w.file]; l != nil {
		l.next = w
		return
	}
	w.lane = &ownLane{}
	p.owned[w.file] = w.lane
	p.writeOwn(w)
}

func (p *writer) writeOwn(w *ownWritten) {
	p.system.Task(func() {
		w.err = w.write()
		p.self.Tell(w)
	})
}

func (p *writer) ownWritten(w *ownWritten) {
	if w.err != nil {
		w.failed(w.err)
	}
	if next := w.lane.next; next != nil {
		w.lane.next, next.lane = nil, w.lane
		p.writeOwn(next)
		return
	}
	delete(p.owned, w.file)
	p.next()
}
