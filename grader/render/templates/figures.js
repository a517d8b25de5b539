// Gives each figure on the page a button to play, buttons to step, and a slider.
for (const figure of document.querySelectorAll("figure[data-frames]")) {
  const svg = figure.querySelector("svg"), frames = +figure.dataset.frames, frame = +figure.dataset.seconds * 1000;
  const make = (name, set) => Object.assign(document.createElement(name), set);
  const back = make("button", {type: "button", textContent: "‹", ariaLabel: "One step back"});
  const play = make("button", {type: "button", className: "play"});
  const next = make("button", {type: "button", textContent: "›", ariaLabel: "One step forward"});
  const slider = make("input", {type: "range", min: 1, max: frames, value: 1, ariaLabel: "Step"});
  const told = make("output", {});
  const motions = () => svg.getAnimations({subtree: true});
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let playing = !still.matches;

  const tell = (at) => {
    slider.value = at + 1;
    told.textContent = `Step ${at + 1} of ${frames}`;
    slider.setAttribute("aria-valuetext", told.textContent);
  };
  const show = () => { play.textContent = playing ? "Pause" : "Play"; };
  const go = (at) => {
    playing = false;
    show();
    svg.classList.add("moved");
    for (const motion of motions()) {
      motion.pause();
      motion.currentTime = (at + 0.98) * frame;
    }
    tell(at);
  };
  const at = () => slider.value - 1;

  back.onclick = () => go(Math.max(at() - 1, 0));
  next.onclick = () => go(Math.min(at() + 1, frames - 1));
  slider.oninput = () => go(at());
  play.onclick = () => {
    playing = !playing;
    svg.classList.add("moved");
    for (const motion of motions()) playing ? motion.play() : motion.pause();
    show();
  };
  setInterval(() => {
    const first = playing && motions()[0];
    if (first) tell(Math.min(Math.floor((first.currentTime / frame) % (frames + 1)), frames - 1));
  }, 200);

  figure.querySelector(".pause")?.remove();
  const bar = make("div", {className: "controls", role: "group", ariaLabel: "Play the figure"});
  bar.append(play, back, slider, next, told);
  figure.querySelector(".picture").after(bar);
  tell(0);
  show();
}
