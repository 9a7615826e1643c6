package login

import (
	"bytes"
	"crypto/rand"
	_ "embed"
	"errors"
	"html/template"
	"net/http"
	"strconv"
	"time"
)

//go:embed page.html
var pageSource string

// page is what the browser shows in the end.
type page struct {
	Title string
	Text  string
	Good  bool
	Nonce string
}

func outcomePage(provider string, err error) page {
	var denied *DeniedError
	switch {
	case err == nil:
		return page{
			Title: "You are logged in to " + title(provider), Good: true,
			Text: "You can close this window and go back to multiaccount, which is storing the account.",
		}
	case errors.As(err, &denied):
		return page{
			Title: "The login was refused",
			Text:  title(provider) + " answered: " + denied.Code + ". Nothing was stored. You can close this window.",
		}
	}
	return page{
		Title: "The login did not work",
		Text:  title(provider) + " did not accept it; multiaccount says why. Nothing was stored. You can close this window.",
	}
}

func strangePage() page {
	return page{
		Title: "This is not the login under way",
		Text:  "The address that led here does not belong to the login that multiaccount waits for. Nothing was done. You can close this window.",
	}
}

func usedPage() page {
	return page{
		Title: "This login is over",
		Text:  "Its code was used already; multiaccount says what came of it. You can close this window.",
	}
}

// title is a provider's name as it writes itself.
func title(provider string) string {
	switch provider {
	case "anthropic":
		return "Anthropic"
	case "openai":
		return "OpenAI"
	}
	return provider
}

// show sends the page, whole, and closes the connection.
func show(w http.ResponseWriter, status int, p page) {
	p.Nonce = rand.Text()
	var body bytes.Buffer
	if err := template.Must(template.New("page").Parse(pageSource)).Execute(&body, p); err != nil {
		http.Error(w, "the page cannot be shown", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	for name, value := range map[string]string{
		"Content-Type":   "text/html; charset=utf-8",
		"Content-Length": strconv.Itoa(body.Len()),
		"Content-Security-Policy": "default-src 'none'; style-src 'nonce-" + p.Nonce + "'; base-uri 'none'; form-action 'none'; " +
			"frame-ancestors 'none'",
		"Cache-Control":                "no-store",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Referrer-Policy":              "no-referrer", // the address has the code
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
	} {
		h.Set(name, value)
	}
	connection := http.NewResponseController(w)
	_ = connection.SetWriteDeadline(time.Now().Add(writeTime)) // every server connection has one
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // the browser may be gone; that is its right
	_ = connection.Flush()       // the same
}
