/* What the page can do with script, and can do without: open the part that an address names, tell the
 * sample under the pointer, play a recording. Texts go in as text (textContent), never as markup. */
"use strict";
(() => {
    const svgNames = "http://www.w3.org/2000/svg";

    const make = (name, className, text) => {
        const element = document.createElement(name);
        if (className) element.className = className;
        if (text !== undefined) element.textContent = text;
        return element;
    };

    /* --- Folds --- */

    const openAround = (element) => {
        for (; element; element = element.parentElement)
            if (element.tagName === "DETAILS") element.open = true;
    };
    const openAddressed = () => {
        const element = document.getElementById(location.hash.slice(1));
        if (!element) return;
        openAround(element);
        element.scrollIntoView();
    };
    addEventListener("hashchange", openAddressed);
    if (location.hash) openAddressed();
    addEventListener("beforeprint", () => {
        for (const fold of document.querySelectorAll("details")) fold.open = true;
    });

    /* --- Charts --- */

    const tip = make("div", "tip");
    tip.hidden = true;
    document.body.append(tip);

    /* Of each drawn sample where it stands, its number and its amount. */
    const readPoints = (svg) => {
        const line = svg.querySelector("polyline");
        const places = line.getAttribute("points").trim().split(/\s+/);
        const amounts = (line.dataset.of || "").split("|");
        return places.map((place, i) => {
            const [x, y] = place.split(",").map(Number);
            const blank = amounts[i].indexOf(" ");
            return { x, y, sample: Number(amounts[i].slice(0, blank)), amount: amounts[i].slice(blank + 1) };
        });
    };

    const mark = (svg, point) => {
        unmark(svg);
        const line = document.createElementNS(svgNames, "line");
        const dot = document.createElementNS(svgNames, "circle");
        const attributes = { x1: point.x, x2: point.x, y1: 20, y2: 174, class: "pointer" };
        for (const name in attributes) line.setAttribute(name, attributes[name]);
        for (const [name, value] of [["cx", point.x], ["cy", point.y], ["r", 3], ["class", "pointed"]])
            dot.setAttribute(name, value);
        svg.append(line, dot);
    };
    const unmark = (svg) => {
        for (const old of svg.querySelectorAll(".pointer, .pointed")) old.remove();
    };

    const showSample = (svg, event) => {
        svg.points = svg.points || readPoints(svg);
        const box = svg.getBoundingClientRect();
        const x = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
        let nearest = svg.points[0];
        for (const point of svg.points)
            if (Math.abs(point.x - x) < Math.abs(nearest.x - x)) nearest = point;
        if (!nearest) return;
        const names = (svg.closest(".pictures").dataset.samples || "").split("|");
        mark(svg, nearest);
        tip.textContent = [nearest.amount, names[nearest.sample]].filter(Boolean).join(" · ");
        tip.hidden = false;
        tip.style.top = `${Math.max(event.clientY - 40, 4)}px`;
        tip.style.left = `${Math.max(Math.min(event.clientX + 12, innerWidth - tip.offsetWidth - 8), 4)}px`;
    };
    for (const svg of document.querySelectorAll(".chart svg")) {
        svg.addEventListener("pointermove", (event) => showSample(svg, event));
        svg.addEventListener("pointerleave", () => {
            unmark(svg);
            tip.hidden = true;
        });
    }

    /* --- Recordings --- */

    /* The first sixteen are what terminals disagree about; these are read well on the dark ground. */
    const named = ["#1d2228", "#e06c6c", "#7fbf6a", "#d7af5f", "#6ea3e0", "#c58fd8", "#5fbfbf", "#d4d8dd",
                   "#6b7480", "#ff8f8f", "#a5e08a", "#ffd787", "#93c4ff", "#e5b0f5", "#8ce5e5", "#ffffff"];
    const hex = (number) => `#${number.toString(16).padStart(6, "0")}`;
    const colourOf = (number) => {
        if (number < 0) return "";
        if (number >= 1 << 24) return hex(number & 0xffffff);
        if (number < 16) return named[number];
        if (number >= 232) return hex((8 + 10 * (number - 232)) * 0x10101);
        const level = (n) => (n === 0 ? 0 : 55 + 40 * n);
        const cube = number - 16;
        return hex((level(Math.floor(cube / 36)) << 16) | (level(Math.floor(cube / 6) % 6) << 8) | level(cube % 6));
    };
    const flagNames = [[1, "bold"], [2, "italic"], [4, "underline"], [16, "strike"]];
    const longestPause = 1; /* seconds: nobody wants to watch a program rest */

    const styled = (style, text) => {
        const span = make("span", flagNames.filter(([flag]) => style[2] & flag).map(([, name]) => name).join(" "), text);
        let [ink, ground] = [colourOf(style[0]), colourOf(style[1])];
        if (style[2] & 8) [ink, ground] = [ground || "#101418", ink || "#d4d8dd"];
        span.style.color = ink;
        span.style.background = ground;
        return span;
    };

    class Player {
        constructor(root) {
            this.film = JSON.parse(root.querySelector("script").textContent);
            this.screen = root.querySelector("pre");
            this.at = -1; /* picture */
            this.rows = [];
            this.timer = 0;
            this.addBar(root);
            this.fit();
        }

        /* Letters so small that a row fits, as far as they can be read. */
        fit() {
            const lengths = this.film.lines.map((runs) =>
                runs.reduce((sum, run) => sum + (typeof run === "string" ? [...run].length : 0), 0));
            const width = Math.min(innerWidth, 1248) - 90;
            const size = width / Math.max(...lengths, 1) / 0.602;
            this.screen.style.fontSize = `${Math.min(Math.max(size, 8), 13)}px`;
        }

        addBar(root) {
            const bar = make("div", "bar");
            this.playButton = make("button", "", "Play");
            const before = make("button", "", "Step back");
            const after = make("button", "", "Next step");
            this.slider = make("input");
            this.speed = make("select");
            this.where = make("div", "where");
            Object.assign(this.slider, { type: "range", min: 0, max: this.film.frames.length - 1, value: 0 });
            this.slider.setAttribute("aria-label", "picture of the recording");
            this.speed.setAttribute("aria-label", "speed");
            for (const speed of [0.5, 1, 2, 4, 8]) this.speed.append(new Option(`${speed}×`, speed, speed === 1, speed === 1));
            for (const button of [this.playButton, before, after]) button.type = "button";
            this.playButton.addEventListener("click", () => this.toggle());
            before.addEventListener("click", () => this.toStep(-1));
            after.addEventListener("click", () => this.toStep(1));
            this.slider.addEventListener("input", () => {
                this.pause();
                this.show(Number(this.slider.value));
            });
            bar.append(this.playButton, before, after, this.slider, this.speed);
            root.prepend(bar, this.where);
            this.where.textContent = `Pictures: ${this.film.frames.length}. Pauses are shortened to ${longestPause} s.`;
        }

        /* Rows as they are at a picture: from the first one on, or from where it stands. */
        show(picture) {
            const changed = new Set();
            if (picture < this.at || this.at < 0) {
                this.rows = [];
                this.at = -1;
                this.screen.replaceChildren();
                this.lines = [];
            }
            while (this.at < picture) {
                const changes = this.film.frames[++this.at][1];
                for (let i = 0; i < changes.length; i += 2) {
                    this.rows[changes[i]] = changes[i + 1];
                    changed.add(changes[i]);
                }
            }
            this.draw(changed);
            this.slider.value = picture;
            this.tell();
        }

        draw(changed) {
            while (this.lines.length < this.rows.length) {
                const line = make("span");
                this.lines.push(line);
                this.screen.append(line, "\n");
            }
            for (const row of changed) {
                const runs = this.film.lines[this.rows[row]];
                const parts = [];
                for (let i = 0; i < runs.length; i += 2) parts.push(styled(this.film.styles[runs[i]], runs[i + 1]));
                this.lines[row].replaceChildren(...parts);
            }
        }

        time() {
            return this.film.frames[Math.max(this.at, 0)][0];
        }

        markBefore(time) {
            let index = -1;
            while (index + 1 < this.film.marks.length && this.film.marks[index + 1][0] <= time) index++;
            return index;
        }

        tell() {
            const index = this.markBefore(this.time());
            const label = index < 0 ? "" : this.film.labels[this.film.marks[index][1]];
            const text = `${this.time().toFixed(1)} s${label ? `, step: ${label}` : ""}`;
            this.where.textContent = text;
            this.slider.setAttribute("aria-valuetext", text);
        }

        pictureAt(time) {
            const found = this.film.frames.findIndex((frame) => frame[0] > time);
            return Math.max((found < 0 ? this.film.frames.length : found) - 1, 0);
        }

        toStep(direction) {
            this.pause();
            const marks = this.film.marks;
            const now = this.markBefore(this.time());
            for (let i = now + direction; i >= 0 && i < marks.length; i += direction) {
                const picture = this.pictureAt(marks[i][0]);
                if (direction > 0 ? picture > this.at : picture < this.at) return this.show(picture);
            }
            this.show(direction > 0 ? this.film.frames.length - 1 : 0);
        }

        toggle() {
            if (this.timer) return this.pause();
            if (this.at >= this.film.frames.length - 1) this.at = -1;
            this.playButton.textContent = "Pause";
            this.next();
        }

        pause() {
            clearTimeout(this.timer);
            this.timer = 0;
            this.playButton.textContent = "Play";
        }

        next() {
            this.show(this.at + 1);
            const after = this.film.frames[this.at + 1];
            if (!after) return this.pause();
            const wait = Math.min(after[0] - this.time(), longestPause) / Number(this.speed.value);
            this.timer = setTimeout(() => this.next(), wait * 1000);
        }
    }
    for (const root of document.querySelectorAll(".player")) new Player(root);
})();
