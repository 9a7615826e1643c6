package gateway

import (
	"net/http"
	"time"
)

// googleError is Google's.
type googleError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Status  string `json:"status"`
}

func (a asker) googleError(r *refusal, now time.Time) []byte {
	return encode(map[string]googleError{"error": {a.status(r, now), r.message, a.googleStatus(r, now)}})
}

func (a asker) googleStatus(r *refusal, now time.Time) string {
	switch a.status(r, now) {
	case http.StatusUnauthorized:
		return "UNAUTHENTICATED"
	case http.StatusForbidden:
		return "PERMISSION_DENIED"
	case http.StatusNotFound:
		return "NOT_FOUND"
	case http.StatusPaymentRequired, http.StatusTooManyRequests:
		return "RESOURCE_EXHAUSTED"
	case http.StatusServiceUnavailable:
		return "UNAVAILABLE"
	}
	return "INVALID_ARGUMENT"
}
