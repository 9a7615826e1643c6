package writer

// processFile names a file that only this process writes and others read: its
// claims, or its decisions.
type processFile struct{ provider, content string }

// processLane writes one such file. One write runs at a time, on a goroutine.
// Each write replaces the whole file, so of those that wait only the latest is
// kept.
type processLane struct {
	next *fileWritten
}

// fileWritten is the result of one write of such a file.
type fileWritten struct {
	file  processFile
	lane  *processLane
	write func() error
	// failed is called with an error, in the writer's Receive.
	failed func(err error)
	err    error
}

// replaceFile writes a file anew. It takes the place of a write that still waits.
func (p *writer) replaceFile(w *fileWritten) {
	if l := p.files[w.file]; l != nil {
		l.next = w
		return
	}
	w.lane = &processLane{}
	p.files[w.file] = w.lane
	p.writeFile(w)
}

func (p *writer) writeFile(w *fileWritten) {
	p.system.Task(func() {
		w.err = w.write()
		p.self.Tell(w)
	})
}

func (p *writer) fileWritten(w *fileWritten) {
	if w.err != nil {
		w.failed(w.err)
	}
	if next := w.lane.next; next != nil {
		w.lane.next, next.lane = nil, w.lane
		p.writeFile(next)
		return
	}
	delete(p.files, w.file)
	p.next()
}
