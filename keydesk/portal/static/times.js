// Says moments in the reader's own time zone; without this they are in UTC.
const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
for (const time of document.querySelectorAll("time[data-moment]")) {
  time.title = time.textContent;
  time.textContent = format.format(new Date(time.dateTime));
}
