package demo

import (
	"testing"
	"time"
)

func TestHistogramIsWithinAnEighth(t *testing.T) {
	for _, d := range []time.Duration{
		0, time.Microsecond, 15 * time.Microsecond, 16 * time.Microsecond, 999 * time.Microsecond,
		time.Millisecond, 1234567 * time.Microsecond, 45 * time.Second, time.Hour,
	} {
		var h histogram
		h.add(d)
		for _, share := range []float64{0, 0.5, 1} {
			if got := h.quantile(share); (got - d).Abs() > d/8+time.Microsecond {
				t.Errorf("%v is told as %v", d, got)
			}
		}
	}
}

func TestHistogramQuantiles(t *testing.T) {
	var h histogram
	if got := h.quantile(0.5); got != 0 {
		t.Errorf("half of nothing is within %v", got)
	}
	for range 99 {
		h.add(time.Millisecond)
	}
	h.add(time.Second)
	for share, want := range map[float64]time.Duration{0.5: time.Millisecond, 0.98: time.Millisecond, 1: time.Second} {
		if got := h.quantile(share); (got - want).Abs() > want/8 {
			t.Errorf("%v of all are within %v, want about %v", share, got, want)
		}
	}
}

func TestHistogramTakesAnyDuration(t *testing.T) {
	var h histogram
	h.add(-time.Second)
	h.add(1<<63 - 1)
	if h.N != 2 || h.quantile(1) < 24*time.Hour {
		t.Errorf("%d durations, the longest %v", h.N, h.quantile(1))
	}
}
