// An alarm must last before anyone is rung, and must be gone for a while before it may ring again.

export interface AlarmState {
  since: number | null; // first minute above the mark, without a break
  quietSince: number | null; // first minute below it, without a break
  ringing: boolean;
}

export const START: AlarmState = { since: null, quietSince: null, ringing: false };

const MUST_LAST_MIN = 20;
const MUST_BE_QUIET_MIN = 180;

/**
 * Next state for one reading. Pure: same input, same output, so the night of the spider
 * can be played again at any speed.
 */
export function step(state: AlarmState, minute: number, above: boolean): AlarmState {
  if (above) {
    const since = state.since ?? minute;
    const ringing = state.ringing || minute - since >= MUST_LAST_MIN;
    return { since, quietSince: null, ringing };
  }
  const quietSince = state.quietSince ?? minute;
  const over = minute - quietSince >= MUST_BE_QUIET_MIN;
  return { since: null, quietSince, ringing: state.ringing && !over };
}

/** True exactly once an event: in the step where the ringing begins. */
export function shouldRing(before: AlarmState, after: AlarmState): boolean {
  return after.ringing && !before.ringing;
}
