package providertest

import (
	"net/http"
	"strconv"
	"time"
)

// limit is a 429 that is being put together.
type limit struct {
	x       *exchange
	problem problem
}

// LimitDetail adds one thing to the answer of [Limited].
type LimitDetail func(*limit)

// Limited answers 429 with the flavour's error and the details given, and
// with no more than these: without any, nothing says how long. Times are
// counted by the server's clock, from when the answer is given.
func Limited(details ...LimitDetail) Answer {
	return Answer{write: func(x *exchange) {
		l := limit{x: x, problem: x.limitProblem()}
		for _, add := range details {
			add(&l)
		}
		x.fail(http.StatusTooManyRequests, l.problem)
	}}
}

func (x *exchange) limitProblem() problem {
	switch {
	case x.flavour == Anthropic:
		return problem{kind: "rate_limit_error", message: "This request would exceed your account's rate limit.", detail: obj{}}
	case x.subscription:
		return problem{kind: "usage_limit_reached", message: "The usage limit has been reached.", detail: obj{}}
	}
	return problem{kind: "requests", code: "rate_limit_exceeded", message: "Rate limit reached for requests.", detail: obj{}}
}

// LimitHeader sets any header.
func LimitHeader(name, value string) LimitDetail {
	return func(l *limit) { l.x.w.Header().Set(name, value) }
}

// RetryAfter sets retry-after in seconds, with decimals when d has a part of
// one.
func RetryAfter(d time.Duration) LimitDetail {
	return LimitHeader("Retry-After", decimal(d.Seconds()))
}

// RetryAfterDate sets retry-after to the HTTP date that is d from now.
func RetryAfterDate(d time.Duration) LimitDetail {
	return func(l *limit) {
		l.x.w.Header().Set("Retry-After", l.x.srv.now().Add(d).UTC().Format(http.TimeFormat))
	}
}

// RetryAfterMillis sets retry-after-ms.
func RetryAfterMillis(d time.Duration) LimitDetail {
	return LimitHeader("Retry-After-Ms", strconv.FormatInt(d.Milliseconds(), 10))
}

// ResetsAt sets the error's resets_at, d from now, in epoch seconds.
func ResetsAt(d time.Duration) LimitDetail {
	return func(l *limit) { l.problem.detail["resets_at"] = l.x.srv.now().Add(d).Unix() }
}

// ResetsIn sets the error's resets_in_seconds.
func ResetsIn(d time.Duration) LimitDetail {
	return func(l *limit) { l.problem.detail["resets_in_seconds"] = seconds(d) }
}

// TryAgainIn makes the error's message end in "Please try again in 1.5s.".
func TryAgainIn(d time.Duration) LimitDetail {
	return func(l *limit) { l.problem.message += " Please try again in " + d.String() + "." }
}

// RetryDelay adds to the error's details the wait of google.rpc.RetryInfo.
func RetryDelay(d time.Duration) LimitDetail {
	return func(l *limit) {
		l.problem.detail["details"] = []obj{{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": decimal(d.Seconds()) + "s"}}
	}
}

// LimitReachedType sets Codex' word for which limit was reached.
func LimitReachedType(word string) LimitDetail {
	return func(l *limit) { l.problem.detail["rate_limit_reached_type"] = word }
}

// LimitSays replaces the error's message.
func LimitSays(message string) LimitDetail {
	return func(l *limit) { l.problem.message = message }
}

// LimitCode replaces the flavour's word for the error: Anthropic's type,
// OpenAI's code and, for Codex, type.
func LimitCode(code string) LimitDetail {
	return func(l *limit) {
		if l.x.flavour == OpenAI {
			l.problem.code = code
		}
		if l.x.flavour == Anthropic || l.x.subscription {
			l.problem.kind = code
		}
	}
}

// LimitWindows sets the headers that tell of these windows, whatever the
// account's own are: a window whose Used is its Limit is one that rejected,
// and it resets Length from now unless ResetAt is set.
func LimitWindows(windows ...Window) LimitDetail {
	return func(l *limit) {
		q := quota{rejected: true}
		for _, w := range windows {
			q.windows = append(q.windows, w.filled(l.x.srv.now()))
		}
		l.x.tell(q)
	}
}

// LimitClaim sets anthropic-ratelimit-unified-representative-claim ("overage",
// "api"), after LimitWindows.
func LimitClaim(claim string) LimitDetail {
	return LimitHeader("anthropic-ratelimit-unified-representative-claim", claim)
}

// exhausted is the 429 of the account's own windows.
func exhausted(x *exchange, q quota) Answer {
	wait := q.chief().ResetAt.Sub(x.srv.now())
	whole := time.Duration(seconds(wait)) * time.Second
	switch {
	case x.flavour == Anthropic:
		return Limited(RetryAfter(whole))
	case x.subscription:
		return Limited(ResetsAt(wait), ResetsIn(wait))
	}
	return Limited(RetryAfter(whole), RetryAfterMillis(wait), TryAgainIn(wait.Round(time.Millisecond)))
}
