package poolview

// at is the index of the selected account, -1 without any.
func (m *model) at() int {
	for i := range m.seen.Accounts {
		if m.seen.Accounts[i].key() == m.selected {
			return i
		}
	}
	return -1
}

// current is the selected account, nil without any.
func (m *model) current() *Account {
	if i := m.at(); i >= 0 {
		return &m.seen.Accounts[i]
	}
	return nil
}

func (m *model) moveTo(i int) {
	if n := len(m.seen.Accounts); n > 0 {
		m.selected = m.seen.Accounts[min(max(i, 0), n-1)].key()
	}
}

func (m *model) move(by int) { m.moveTo(m.at() + by) }

// moveOn goes to the first account of the next provider.
func (m *model) moveOn() {
	all, at := m.seen.Accounts, m.at()
	for step := 1; at >= 0 && step <= len(all); step++ {
		i := (at + step) % len(all)
		if all[i].Provider != m.selected.provider && (i == 0 || all[i-1].Provider != all[i].Provider) {
			m.moveTo(i)
			return
		}
	}
}

// keepSelection finds another account when the selected one has gone: the one
// that serves first, else the first.
func (m *model) keepSelection() {
	if m.at() >= 0 {
		return
	}
	m.moveTo(0)
	for i := range m.seen.Accounts {
		if m.seen.Accounts[i].Active {
			m.moveTo(i)
			return
		}
	}
}
