"use strict";
// Search over the headlines that stand in this very page: nothing is loaded, nothing is sent.
(() => {
  const plain = text => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const finder = document.querySelector(".finder");
  const field = finder.querySelector("input");
  const told = finder.querySelector("p");
  const issues = [...document.querySelectorAll(".issue")].map(issue => ({
    issue,
    details: issue.querySelector("details"),
    title: plain(issue.querySelector("h3").textContent + " " + issue.querySelector(".meta").textContent),
    headlines: [...issue.querySelectorAll(".headlines li")].map(item => ({ item, text: plain(item.textContent) })),
  }));
  const find = () => {
    const words = plain(field.value).split(/\s+/).filter(Boolean);
    const holds = text => words.every(word => text.includes(word));
    let headlines = 0, shown = 0;
    for (const { issue, details, title, headlines: all } of issues) {
      const byTitle = holds(title);
      const hits = all.filter(({ text }) => holds(text));
      // Where only the issue's own headline is hit, all its stories belong to the find.
      for (const { item, text } of all) item.hidden = hits.length > 0 && !holds(text);
      issue.hidden = words.length > 0 && !byTitle && hits.length === 0;
      if (details) details.open = words.length > 0 && hits.length > 0;
      headlines += hits.length;
      shown += issue.hidden ? 0 : 1;
    }
    for (const year of document.querySelectorAll(".year"))
      year.hidden = !year.querySelector(".issue:not([hidden])");
    const many = (n, one, more) => n + " " + (n === 1 ? one : more);
    told.textContent = words.length === 0 ? "" :
      many(headlines, "headline", "headlines") + " in " + many(shown, "issue", "issues");
  };
  field.addEventListener("input", find);
  finder.hidden = false;
  find();
})();
