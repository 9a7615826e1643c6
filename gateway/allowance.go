package gateway

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unsafe"

	"github.com/tidwall/gjson"

	"github.com/seed-810f1486/multiaccount/internal/models"
	"github.com/seed-810f1486/multiaccount/internal/printable"
)

// overspent refuses a client that has used its tokens of the day.
func (g *Gateway) overspent(c *Client) *refusal {
	limit, used := c.DailyTokens, g.config.TokensToday
	if limit == 0 || used == nil {
		return nil
	}
	spent := used(c.ID)
	if spent < limit {
		return nil
	}
	now := time.Now()
	midnight := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, now.Location())
	brief := fmt.Sprintf("The client %s has used up its tokens of today. It may go on at %s (in %s).", c.ID, clock(midnight, now), span(midnight.Sub(now)))
	return &refusal{
		kind: limited, retryAt: midnight, brief: brief,
		message: fmt.Sprintf("%s It may use %d a day, and has used %d.", brief, limit, spent),
	}
}

// wrongModel refuses a request for a model that the client may not use. A request
// whose model cannot be read is refused, unless it is a GET.
func (x *exchange) wrongModel() *refusal {
	if len(x.client.Models) == 0 {
		return nil
	}
	query, err := url.ParseQuery(x.r.URL.RawQuery)
	if err != nil {
		return x.client.unreadModel("query cannot be read")
	}
	named := slices.Concat(query["model"], models.InPath(x.r.Method, x.r.URL))
	if x.body.size != 0 {
		text, ok := x.readable()
		if !ok {
			return x.client.unreadModel("body is compressed, or too large to be kept")
		}
		named = append(named, models.Read(text).All()...)
	}
	if len(named) == 0 && x.r.Method != http.MethodGet && x.r.Method != http.MethodHead {
		return x.client.unreadModel("body names no model")
	}
	return x.client.refuseOther(named)
}

// readable returns the body of a request as text, which must not be kept.
func (x *exchange) readable() (text string, ok bool) {
	if x.body.rest != nil || len(x.r.Header["Content-Encoding"]) > 0 {
		return "", false
	}
	var data []byte
	switch {
	case x.body.memory != nil:
		data = x.body.memory.bytes
	case x.body.file != nil:
		var err error
		if data, err = io.ReadAll(x.body.file.Reader()); err != nil {
			return "", false
		}
	}
	return unsafe.String(unsafe.SliceData(data), len(data)), true //nolint:gosec // whoever reads it keeps nothing
}

func (c *Client) unreadModel(why string) *refusal {
	return &refusal{kind: forbidden, message: fmt.Sprintf("the client %s may use only %s, and the request's %s", c.ID, c.modelList(), why)}
}

// refuseOther refuses a request that names these models when the client may not use
// one of them.
func (c *Client) refuseOther(named []string) *refusal {
	for _, name := range named {
		if !slices.ContainsFunc(c.Models, func(pattern string) bool { return models.Matches(pattern, name) }) {
			return &refusal{kind: forbidden, message: fmt.Sprintf("the client %s may use only %s, and the request asks for %s", c.ID, c.modelList(), printable.Text(name))}
		}
	}
	return nil
}

func (c *Client) modelList() string { return printable.Text(strings.Join(c.Models, ", ")) }

// refuseMessage refuses a message that a client sends on a WebSocket, by the rules
// for requests that hold now.
func (x *exchange) refuseMessage(data []byte) *refusal {
	c := x.gateway.config.Clients.Client(x.token)
	if c == nil {
		return &refusal{kind: wrongToken, message: "the client " + x.client.ID + " was removed"}
	}
	asks := gjson.GetBytes(data, "type").Str == turnRequest
	if asks {
		if refused := x.gateway.overspent(c); refused != nil {
			return refused
		}
	}
	if len(c.Models) == 0 {
		return nil
	}
	named := models.Read(string(data)).All()
	if asks && len(named) == 0 {
		return c.unreadModel("message names no model")
	}
	return c.refuseOther(named)
}
