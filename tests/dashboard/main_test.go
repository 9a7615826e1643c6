// Package dashboard_test opens the dashboard in a browser, as its owner does.
package dashboard_test

import (
	"context"
	"os"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"go.uber.org/goleak"
)

// browsers is the one that all tests share: to start it takes longer than most of them.
var browsers = &chromium{}

func TestMain(m *testing.M) {
	status := m.Run()
	browsers.close()
	if err := goleak.Find(); err != nil && status == 0 {
		println(err.Error())
		status = 1
	}
	os.Exit(status)
}

// chromium is a browser that starts when it is wanted first.
type chromium struct {
	once   sync.Once
	ctx    context.Context //nolint:containedctx // it is how chromedp knows a browser
	cancel []context.CancelFunc
	err    error
}

func (c *chromium) get() (context.Context, error) {
	c.once.Do(func() {
		allocator, end := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.ExecPath("chromium"))...)
		ctx, leave := chromedp.NewContext(allocator)
		c.ctx, c.cancel = ctx, []context.CancelFunc{leave, end}
		c.err = chromedp.Do(ctx)
	})
	return c.ctx, c.err
}

func (c *chromium) close() {
	if c.ctx == nil {
		return
	}
	_ = chromedp.Cancel(c.ctx) // it has nothing to lose
	for _, cancel := range c.cancel {
		cancel()
	}
}
