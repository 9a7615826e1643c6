package anthropic

import (
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
	"github.com/seed-810f1486/multiaccount/providers/internal/number"
)

// usage returns the figures in an answer's headers; without any it allocates
// nothing.
func usage(a providers.Answer) []account.UsageWindow {
	var windows []account.UsageWindow
	for _, w := range unifiedWindows(a) {
		share, ok := number.Decimal(w.utilization)
		if !ok {
			continue
		}
		windows = answer.AppendFigure(windows, account.UsageWindow{
			Name: w.name, Utilization: 100 * share, Length: w.length, Soft: w.family != "", Partial: w.family != "", SeenAt: a.Now,
			ResetAt: answer.Moment(w.reset, a.Now),
		})
	}
	for _, b := range keyBuckets() {
		windows = b.AppendUsage(windows, a.Header, a.Now)
	}
	return windows
}
