package shared

import (
	"sync/atomic"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/policy"
)

// keptAnswers must be greater than the number of decisions that a pool remembers.
const keptAnswers = 256

// Answers are the outcomes of the latest decisions, by the decisions' numbers.
// Callers write them here without a message: a message for each answer would cost
// a healthy request a third of its time. The supervisor reads them when it is
// asked for its decisions.
type Answers [keptAnswers]atomic.Uint64

// An answer is one word: the decision's number and, below, the status, the
// class and the step.
const (
	stepBits   = 4
	classBits  = 8
	statusBits = 12
	seqShift   = stepBits + classBits + statusBits
)

// Put notes the outcome of a decision, in place of an earlier one.
func (a *Answers) Put(seq uint64, v *account.Verdict, next policy.Step) {
	status := uint64(min(max(v.Status, 0), 1<<statusBits-1))
	word := status<<(classBits+stepBits) | uint64(v.Class)<<stepBits | uint64(next)
	a[seq%keptAnswers].Store(seq<<seqShift | word)
}

// Of returns the outcome of a decision; nil while there is none.
func (a *Answers) Of(seq uint64) *policy.Answered {
	word := a[seq%keptAnswers].Load()
	if word>>seqShift != seq {
		return nil
	}
	field := func(shift, bits int) uint64 { return word >> shift & (1<<bits - 1) }
	return &policy.Answered{
		Status: int(field(stepBits+classBits, statusBits)),         //nolint:gosec // 12 bits
		Class:  account.Class(field(stepBits, classBits)).String(), //nolint:gosec // 8 bits
		Next:   policy.Step(field(0, stepBits)).String(),           //nolint:gosec // 4 bits
	}
}
