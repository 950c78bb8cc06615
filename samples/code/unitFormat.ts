// How numbers are shown to people. Nothing here may be used for calculating.

/** A level with the comma of the reader's language: 2,94 m or 2.94 m. */
export function metres(value: number | null, locale = "nl-BE"): string {
  if (value === null) return "no reading";
  const text = value.toLocaleString(locale, {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });
  return `${text} m`;
}

/** Small flows in litres, large ones in cubic metres; nobody can picture 0.043 m3/s. */
export function flow(m3s: number, locale = "nl-BE"): string {
  const small = m3s < 1;
  const value = small ? Math.round(m3s * 1000) : Math.round(m3s * 10) / 10;
  return `${value.toLocaleString(locale)} ${small ? "l/s" : "m³/s"}`;
}

/** "5 minutes ago", "2 hours ago"; after a day the date itself. */
export function age(then: Date, now: Date, locale = "en"): string {
  const minutes = Math.round((then.getTime() - now.getTime()) / 60_000);
  const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  if (minutes > -60) return words.format(minutes, "minute");
  if (minutes > -1440) return words.format(Math.round(minutes / 60), "hour");
  return then.toISOString().slice(0, 10);
}
