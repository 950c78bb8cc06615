// Package relay hands readings on to the Brackwede institute and does not lose any
// when their server sleeps.
package relay

import (
	"context"
	"errors"
	"math/rand"
	"time"
)

// ErrGaveUp is returned when every attempt failed; the batch stays in the outbox.
var ErrGaveUp = errors.New("relay: gave up, batch kept for the next hour")

// Wait returns how long to pause before the given attempt (0 is the first):
// nothing, then about 1, 2, 4 ... seconds, at most five minutes, each varied by a
// quarter so that six stations do not knock in the same instant.
func Wait(attempt int, random *rand.Rand) time.Duration {
	if attempt <= 0 {
		return 0
	}
	base := 5 * time.Minute
	if attempt < 9 {
		base = min(base, time.Second<<(attempt-1))
	}
	spread := 0.75 + 0.5*random.Float64()
	return time.Duration(float64(base) * spread)
}

// Send calls post until it succeeds, the attempts are used up or ctx ends.
func Send(ctx context.Context, attempts int, random *rand.Rand, post func() error) error {
	for attempt := 0; attempt < attempts; attempt++ {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(Wait(attempt, random)):
		}
		if post() == nil {
			return nil
		}
	}
	return ErrGaveUp
}
