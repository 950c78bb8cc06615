// The little picture of a staff gauge on the public page. No library, 40 lines.

/**
 * Where a level sits on the drawing, 0 at the bottom and 1 at the top.
 * Levels beyond either end are pinned there, so that a flood stays visible.
 */
export function fraction(level, low, high) {
  return Math.min(1, Math.max(0, (level - low) / (high - low)));
}

/** Yellow, orange or red; "calm" below all of them. */
export function colour(level, marks) {
  if (level >= marks.red) return "red";
  if (level >= marks.orange) return "orange";
  return level >= marks.yellow ? "yellow" : "calm";
}

/** Words for a screen reader, which cannot see a blue rectangle. */
export function describe(name, level, change) {
  const trend = Math.abs(change) < 0.02 ? "steady" : change > 0 ? "rising" : "falling";
  return `${name}: ${level.toFixed(2)} metres, ${trend}`;
}

export function draw(svg, station) {
  const part = fraction(station.level, station.low, station.high);
  const water = svg.querySelector(".water");
  water.setAttribute("height", String(part * 200));
  water.setAttribute("y", String(200 - part * 200));
  svg.dataset.colour = colour(station.level, station.marks);
  svg.setAttribute("aria-label", describe(station.name, station.level, station.change));
}
