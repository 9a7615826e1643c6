package simulation

import (
	"fmt"
	"strings"
)

// panel is one part of the chart: a value of each strategy.
type panel struct {
	title string
	value func(*Result) float64
	// form is how a value is written.
	form string
}

func panels() []panel {
	return []panel{
		{"Work missed, % of the best possible", func(r *Result) float64 { return 100 - r.reached() }, "%.1f %%"},
		{"7-day quota that ended unused, %", (*Result).lost, "%.1f %%"},
		{"Account switches a conversation", (*Result).switches, "%.2f"},
	}
}

// The measures of the chart, in pixels.
const (
	chartWidth  = 720
	margin      = 20
	labelWidth  = 110
	barHeight   = 13
	groupHeight = 3*(barHeight+1) + 8
	titleHeight = 34
	longestBar  = chartWidth - 2*margin - labelWidth - 70
	legendPlace = 30
)

// chart draws the reports as bars, for each strategy one a load.
func chart(reports []report) string {
	colours := []string{"#9ecae1", "#4c78a8", "#e08a3c"}
	height := margin + legendPlace + len(panels())*(titleHeight+len(strategies())*groupHeight) + margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" font-family="sans-serif" font-size="13" fill="#222">`+"\n",
		chartWidth, height, chartWidth, height)
	b.WriteString(`<title>The strategies compared by simulation; shorter bars are better</title>` + "\n")
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", chartWidth, height)
	x, y := margin, margin
	for i := range reports {
		fmt.Fprintf(&b, `<rect x="%d" y="%d" width="12" height="12" fill="%s"/>`, x, y, colours[i])
		fmt.Fprintf(&b, `<text x="%d" y="%d">load: %.0f %% of the quota</text>`+"\n", x+18, y+11, reports[i].pressure())
		x += 190
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end" fill="#666">shorter is better</text>`+"\n", chartWidth-margin, y+11)
	y += legendPlace
	for _, p := range panels() {
		p.draw(&b, reports, colours, y)
		y += titleHeight + len(strategies())*groupHeight
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// draw draws a panel below y.
func (p *panel) draw(b *strings.Builder, reports []report, colours []string, y int) {
	fmt.Fprintf(b, `<text x="%d" y="%d" font-weight="bold">%s</text>`+"\n", margin, y+20, p.title)
	y += titleHeight
	most := p.most(reports)
	for s, strategy := range strategies() {
		fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end">%s</text>`+"\n", margin+labelWidth-10, y+2*barHeight-2, strategy)
		for i := range reports {
			value := p.value(&reports[i].rows[s].Result)
			width, top := value/most*longestBar, y+i*(barHeight+1)
			fmt.Fprintf(b, `<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>`, margin+labelWidth, top, width, barHeight, colours[i])
			fmt.Fprintf(b, `<text x="%.1f" y="%d" font-size="11">`+p.form+"</text>\n", margin+labelWidth+6+width, top+barHeight-2, value)
		}
		y += groupHeight
	}
}

// most is the greatest value of the panel.
func (p *panel) most(reports []report) float64 {
	most := 0.01
	for i := range reports {
		for j := range reports[i].rows {
			most = max(most, p.value(&reports[i].rows[j].Result))
		}
	}
	return most
}
