{% include "figures.js" %}

// Shows the variants and questions that match a filter; without it, everything is shown.
{
  const form = document.querySelector(".filter"), told = form.querySelector("output");
  const plain = (text) => text.toLowerCase().replace(/\s*=\s*/g, "=").replace(/\s+/g, " ");
  const read = (part) => {
    const copy = part.cloneNode(true);
    copy.querySelectorAll("svg, .controls, .pause").forEach((one) => one.remove());
    return plain(copy.textContent);
  };
  const exact = (term) => new RegExp(`(?<!\\w)${term.replace(/[^\w=]/g, "\\$&")}(?![\\w.])`);
  const finder = (term) => term.includes("=")
    ? (text) => exact(term).test(text)
    : (text) => text.includes(term);
  const variants = [...document.querySelectorAll(".variant")].map((shown) => ({
    shown,
    asked: [...shown.querySelectorAll(".asked")].map((part) => ({part, more: [...part.querySelectorAll(".more")]})),
  }));
  let texts = null;  // read when they are needed first
  const readAll = () => texts ??= new Map(variants.flatMap(({shown, asked}) => {
    const head = plain(`${shown.dataset.name} ${shown.querySelector(".params")?.textContent ?? ""} `);
    return asked.map(({part}) => [part, head + read(part)]);
  }));

  const sift = () => {
    const {text, question, found} = Object.fromEntries(new FormData(form));
    const finders = plain(text).trim().split(" ").filter(Boolean).map(finder);
    const fits = (part) => (!question || part.dataset.question === question)
      && (!found || part.dataset.found.split(" ").includes(found))
      && finders.every((has) => has(readAll().get(part)));
    const isAll = !finders.length && !question && !found;
    let count = 0, questions = 0;
    for (const {shown, asked} of variants) {
      let kept = 0;
      for (const {part, more} of asked) {
        part.hidden = !fits(part);
        kept += !part.hidden;
        if (!part.hidden) for (const one of more)
          one.open = !one.matches(".drawn") && finders.some((has) => has(read(one)));
      }
      shown.hidden = !kept && !isAll;
      count += !shown.hidden;
      questions += kept;
    }
    told.value = isAll
      ? `${count} variants.`
      : `${count} of ${variants.length} variants match, with ${questions} ${questions === 1 ? "question" : "questions"}.`;
  };

  document.querySelectorAll(".more").forEach((one) => { one.open = false; });
  form.hidden = false;
  form.addEventListener("input", sift);
  form.addEventListener("submit", (event) => event.preventDefault());
  sift();
}
