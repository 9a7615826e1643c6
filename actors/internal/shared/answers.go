package shared

import (
	"sync/atomic"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/policy"
)

// keptAnswers is more than the decisions that a pool remembers.
const keptAnswers = 256

// Answers are what came of the latest decisions, by their numbers. Callers
// write here what they know, since a message for each answer would cost a
// healthy request a third of its time; the supervisor reads it when it is asked.
type Answers [keptAnswers]atomic.Uint64

// An answer is one word: the decision's number and, below, the status, the
// class and the step.
const (
	stepBits   = 4
	classBits  = 8
	statusBits = 12
	seqShift   = stepBits + classBits + statusBits
)

// Put notes an answer. A later one of the same decision replaces it.
func (a *Answers) Put(seq uint64, v *account.Verdict, next policy.Step) {
	status := uint64(min(max(v.Status, 0), 1<<statusBits-1))
	word := status<<(classBits+stepBits) | uint64(v.Class)<<stepBits | uint64(next)
	a[seq%keptAnswers].Store(seq<<seqShift | word)
}

// Of returns the answer to a decision; nil while there is none.
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
