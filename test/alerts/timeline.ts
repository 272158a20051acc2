/** What a series does for so many samples. */
export type Phase =
  | { readonly samples: number; readonly value: number }
  | { readonly samples: number; readonly increment: number }
  | { readonly samples: number; readonly absent: true };

/** In the notation of promtool: `5+0x9` are ten samples of 5, `_x3` three that are missing. Counters begin at `start`. */
export function notation(phases: readonly Phase[], start = 0): string {
  let counted = start;
  return phases
    .filter(({ samples }) => samples > 0)
    .map((phase, index) => {
      const { samples } = phase;
      // Prometheus marks the end of a series when its target is gone; without the mark the last value holds for 5 min.
      if ('absent' in phase)
        return index === 0 ? `_x${samples}` : `stale${samples > 1 ? ` _x${samples - 1}` : ''}`;
      if ('value' in phase) return `${phase.value}+0x${samples - 1}`;
      const first = counted + phase.increment;
      // Sample by sample, as promtool adds: a product that is the least bit smaller would look like a restart.
      for (let sample = 0; sample < samples; sample += 1) counted += phase.increment;
      return `${first}${phase.increment < 0 ? '-' : '+'}${Math.abs(phase.increment)}x${samples - 1}`;
    })
    .join(' ');
}
