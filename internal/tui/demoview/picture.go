package demoview

import (
	"strings"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/internal/demo"
	"github.com/seed-810f1486/multiaccount/tui"
)

// cell is one column of an account's picture.
type cell struct {
	// pace is the number of requests in an average beat.
	pace float64
	// state is the last; empty in a part of the run that is still to come.
	state multiaccount.State
}

// cells returns a track's picture in that many columns.
func cells(t *demo.Track, columns int) []cell {
	picture := make([]cell, columns)
	for column := range picture {
		from := column * len(t.Beats) / columns
		until := max(from+1, (column+1)*len(t.Beats)/columns)
		picture[column] = cellOf(t.Beats[from:until])
	}
	return picture
}

func cellOf(beats []demo.Beat) cell {
	var c cell
	passed := 0
	for _, b := range beats {
		if b.State != "" {
			c.state = b.State
			passed++
		}
		c.pace += float64(b.Served)
	}
	c.pace /= float64(max(1, passed))
	return c
}

// peak is the greatest pace of any account.
func peak(tracks []demo.Track, columns int) float64 {
	most := 0.0
	for i := range tracks {
		for _, c := range cells(&tracks[i], columns) {
			most = max(most, c.pace)
		}
	}
	return most
}

// picture shows which part of the run the account has served. most is the pace
// that fills a line.
func (b *board) picture(t *demo.Track, most float64) string {
	var line strings.Builder
	for _, c := range cells(t, b.columns.picture) {
		line.WriteString(b.draw(c, most))
	}
	return line.String()
}

func (b *board) draw(c cell, most float64) string {
	switch {
	case c.pace > 0:
		return b.Busy.Render(tui.Spark(c.pace / most))
	case c.state == "" || c.state == multiaccount.StateReady:
		return " "
	case c.state == multiaccount.StateCooling, c.state == multiaccount.StateBusy:
		return b.Warn.Render("·")
	}
	return b.Bad.Render("×")
}
