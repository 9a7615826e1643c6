package multiaccount

// AttemptClass is what the answer of an [Attempt] means for the account, in one
// word. Classes may be added.
type AttemptClass string

// The classes of attempts.
const (
	// AttemptSuccess: 2xx and 3xx.
	AttemptSuccess AttemptClass = "success"
	// AttemptCaller: the request itself is wrong: 400, 404, 413, 422 and the like,
	// and a 429 that names what this very request lacks.
	AttemptCaller AttemptClass = "caller"
	// AttemptUnauthorized: 401; the token was refused.
	AttemptUnauthorized AttemptClass = "unauthorized"
	// AttemptRevoked: the provider says that the login is gone for good.
	AttemptRevoked AttemptClass = "revoked"
	// AttemptEntitlement: 403; the plan does not include what was asked for.
	AttemptEntitlement AttemptClass = "entitlement"
	// AttemptVerification: 403; the owner must visit a page first, which
	// [VerificationRequired] names.
	AttemptVerification AttemptClass = "verification"
	// AttemptChallenge: 403 from a firewall in front of the provider.
	AttemptChallenge AttemptClass = "challenge"
	// AttemptOrganization: 403; the organization forbids it.
	AttemptOrganization AttemptClass = "organization"
	// AttemptForbidden: any other 403.
	AttemptForbidden AttemptClass = "forbidden"
	// AttemptLimited: 429, and every other 4xx that names a limit of the account.
	AttemptLimited AttemptClass = "limited"
	// AttemptOverloaded: 529 and the like; the provider is short of capacity.
	AttemptOverloaded AttemptClass = "overloaded"
	// AttemptServerError: 5xx.
	AttemptServerError AttemptClass = "server_error"
	// AttemptNetwork: no answer came at all.
	AttemptNetwork AttemptClass = "network"
	// AttemptCancelled: the caller gave up.
	AttemptCancelled AttemptClass = "cancelled"
	// AttemptRetry: 408, 409, or the answer itself asks to try again.
	AttemptRetry AttemptClass = "retry"
)

// AttemptNext is what follows an [Attempt]. Steps may be added.
type AttemptNext string

// What may follow an attempt.
const (
	// NextReturn: the answer is returned to the caller.
	NextReturn AttemptNext = "return"
	// NextSameAccount: the same account is asked again after a pause.
	NextSameAccount AttemptNext = "same account"
	// NextRefresh: the same account gets a new token and is asked again.
	NextRefresh AttemptNext = "refresh"
	// NextAccount: another account is asked.
	NextAccount AttemptNext = "next account"
)
