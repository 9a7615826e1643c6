package field_test

import "time"

// quota is one window of a member: so many requests in each length.
type quota struct {
	length     time.Duration
	most, used int
	ends       time.Time
}

// at starts the window anew when it has ended. Windows end on the full hour.
func (q *quota) at(now time.Time) {
	if now.Before(q.ends) {
		return
	}
	q.used = 0
	q.ends = now.Add(q.length).Truncate(time.Hour)
}

func (q *quota) full() bool { return q.used >= q.most }

func (q *quota) share() float64 { return float64(q.used) / float64(q.most) }
