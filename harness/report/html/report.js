/* Draws the page from the data that leakgate put into it. What is judged was decided before: numbers,
 * floors and limits come with the data, here they are only given a place. Texts go in as text
 * (textContent), never as markup. Without script the text report below is all there is. */
"use strict";
(() => {
    const [data, ...scenarios] = JSON.parse(document.getElementById("data").textContent);

    /* --- Elements --- */

    const isThere = (part) => part !== null && part !== undefined && part !== false;
    const fill = (element, attributes, children) => {
        for (const [name, value] of Object.entries(attributes || {}))
            if (isThere(value)) element.setAttribute(name, value === true ? "" : value);
        element.append(...children.flat(Infinity).filter(isThere));
        return element;
    };
    const make = (name, attributes, ...children) => fill(document.createElement(name), attributes, children);
    const draw = (name, attributes, ...children) =>
        fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
    const plain = (name) => (...children) => make(name, null, children);
    const [b, br, code, h3, li, p, small, td] = ["b", "br", "code", "h3", "li", "p", "small", "td"].map(plain);
    const button = (text, press, attributes) => {
        const made = make("button", { type: "button", ...attributes }, text);
        made.addEventListener("click", () => press(made));
        return made;
    };
    const note = (...children) => make("p", { class: "note" }, children);
    const box = (label, text, name) =>
        make("pre", { class: name, tabindex: 0, role: "group", "aria-label": label }, text);
    const fold = (title, ...children) =>
        make("details", null, make("summary", null, h3(title)), children);
    /* Made when it is opened, since few look at it. */
    const foldLater = (title, parts) => {
        const section = fold(title);
        section.addEventListener("toggle", () => fill(section, null, [parts()]), { once: true });
        return section;
    };
    /* A file of the report's directory: an address that can name neither a scheme nor a host. */
    const fileLink = (path, text) =>
        make("a", { href: `./${path.split("/").map(encodeURIComponent).join("/")}` }, text || path);
    const table = (label, name, columns, rows) =>
        make("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": label },
             make("table", { class: name },
                  make("thead", null, make("tr", null, columns.map((column) => make("th", { scope: "col" }, column)))),
                  make("tbody", null, rows)));
    const numberCell = (...children) => make("td", { class: "number" }, children);
    const rowHead = (...children) => make("th", { scope: "row" }, children);
    const joined = (items, between) => items.flatMap((item, i) => (i > 0 ? [between(), item] : [item]));

    /* --- Amounts, as leakgate writes them everywhere --- */

    const none = "–";
    const isNumber = (value) => typeof value === "number";
    /* As printf does it: what lies in the middle goes to the even digit. */
    const fixed = (value, digits) => {
        const middle = /50{19}$/.test(Math.abs(value).toFixed(digits + 20));
        const below = Math.floor(Math.abs(value) * 10 ** digits);
        if (!middle || below % 2 === 1) return value.toFixed(digits);
        return (value < 0 ? "-" : "") + (below / 10 ** digits).toFixed(digits);
    };
    const byteUnits = ["B", "KiB", "MiB", "GiB"];
    /* Of a gauge, or by its own name. */
    const unitOf = (gauge) =>
        (data.gauges[gauge] || { unit: ["bytes", "seconds", "nanoseconds"].includes(gauge) ? gauge : "count" }).unit;
    const amount = (gauge, value) => {
        if (!isNumber(value)) return none;
        if (unitOf(gauge) === "nanoseconds") return amount("seconds", value / 1e9);
        if (unitOf(gauge) === "seconds") return `${fixed(value, 2)} s`;
        if (unitOf(gauge) === "count") return fixed(value, Number.isInteger(value) ? 0 : 2);
        let unit = 0;
        for (; Math.abs(value) >= 1024 && unit < 3; unit++) value /= 1024;
        return `${fixed(value, unit > 0 ? 1 : 0)} ${byteUnits[unit]}`;
    };
    const signed = (value, text) => (value >= 0 ? "+" : "") + text;
    const growth = (gauge, value) => {
        if (!isNumber(value)) return none;
        return signed(value, unitOf(gauge) === "count" ? fixed(value, 2) : amount(gauge, value));
    };
    const objects = (value) => `${signed(value, fixed(value, 2))} objects`;
    /* Of heap stacks the bytes. */
    const paceOf = (finding) => finding.gauge === "heap_stack"
        ? growth("heap_alloc", finding.bytes_per_iteration) : growth(finding.gauge, finding.per_iteration);

    /* A function's name without the path before its package: "plugin.(*Plugin).poll", "bubbletea/v2.Tick". */
    const shortFunction = (name) => {
        const path = name.slice(0, name.search(/[([]|$/));
        let start = path.lastIndexOf("/") + 1;
        if (start > 0 && /^v[0-9]+\./.test(name.slice(start))) start = name.lastIndexOf("/", start - 2) + 1;
        return name.slice(start);
    };
    const framesOf = (holder) => holder.split(" < ");
    const isStack = (finding) => Boolean(finding.holder) &&
        ["goroutine", "goroutine_leak", "heap_stack"].includes(finding.gauge);

    /* --- Verdict and sentence: what a newcomer has to know first --- */

    const colours = { "nothing judged": "inconclusive", stopped: "inconclusive", red: "leak", healthy: "pass" };
    const verdict = (word, name) => make("span", { class: `verdict ${name || colours[word] || word}` }, word);
    const outcome = (scenario) => verdict(scenario.outcome, scenario.verdict);
    const needsAttention = (scenario) => !["pass", "skipped"].includes(scenario.verdict);

    /* What there is more of, for those who do not know the gauges' names yet. */
    const plainNames = {
        fd: "open file descriptors", goroutine: "goroutines", inotify_watch: "inotify watches",
        heap_alloc: "memory on the heap", heap_stack: "memory on the heap", child: "child processes",
        zombie: "zombie processes", state_file: "files in its state directories", session: "tmux sessions",
        goroutine_leak: "goroutines that wait for what nothing can reach",
    };

    const placesSentence = (scenario, finding) => {
        const [first, ...others] = finding.grows_at || [];
        if (first) {
            const step = [code(first.step), " (", code(first.where), ")"];
            return others.length > 0 ? [", with the step ", step, ` and ${others.length} more.`]
                                     : [", each time with the step ", step, "."];
        }
        if (data.gauges[finding.gauge].cumulative) return ".";
        return scenario.located ? "; no step was found to do it." : "; no step was looked for.";
    };

    /* How much, who holds it (of a stack the function to look at first), at which step. */
    const growthSentence = (scenario, finding) => {
        const whole = { ...finding, ...scenario.whole };
        const held = finding.gauge === "heap_stack" ? "allocated in" : isStack(finding) ? "in" : "held by";
        return [
            `${scenario.verdict === "invalid" ? "gained" : "leaks"} ${plainNames[finding.gauge] || "it"}: `,
            b(`${paceOf(whole)} per ${scenario.step}`),
            finding.holder && [`, ${held} `, code(finding.function || finding.holder)],
            placesSentence(scenario, finding),
            ` From ${amount(whole.gauge, whole.from)} to ${amount(whole.gauge, whole.to)} in ` +
                `${Number(whole.iterations.toPrecision(3))} ${scenario.step}s`,
            finding.confirmed && ", and a fresh process showed the same",
            finding.text && `; ${finding.text}`, finding.compared && `; ${finding.compared.text}`, ".",
        ];
    };

    const leakSentence = (scenario, worst) => {
        const others = scenario.fails.filter((gauge) => gauge !== worst.gauge);
        const [gauge, holder, text] = [worst.gauge || "", worst.holder || "", worst.text || ""];
        return [
            worst.kind === "growth" ? growthSentence(scenario, worst)
            : worst.kind === "level" ? `rests higher than it may: ${gauge} ${text}.`
            : worst.kind === "left_behind" ? `left behind ${holder}: ${text}.`
            : `${gauge} ${holder} has an exception that is over: ${text}.`,
            others.length > 0 && ` Also out of the baseline: ${others.join(", ")}.`,
        ];
    };

    const passSentence = (scenario) => {
        if (!scenario.findings) return "every step was done; nothing was measured";
        const has = (kind) => scenario.findings.some((finding) => finding.kind === kind);
        return ["nothing grew that the baseline does not allow",
                has("backlog") && "; what grew in the loop was gone at rest",
                has("filled") && "; what had filled up grew no more in a second loop",
                has("unconfirmed") && "; what one run showed, others did not"];
    };

    const sentence = (scenario) => {
        const told = ["leak", "failed", "invalid"].includes(scenario.verdict) ? scenario.worst : null;
        const leak = scenario.verdict === "leak";
        const parts = told ? [" ", leakSentence(scenario, told)] : [": "];
        if (leak && told) return parts;
        if (scenario.verdict === "stopped") return [parts, scenario.stopped];
        if (scenario.verdict === "pass") return [parts, passSentence(scenario)];
        const then = scenario.verdict === "failed" ? " Then the run failed: " : " Then the measurement went wrong: ";
        return [parts, told && then,
                scenario.reason || (leak ? "" : "no reason is known"),
                !leak && scenario.where && [" (", code(scenario.where), ")"]];
    };

    /* --- Commands --- */

    /* `text` is asked for it when it is pressed. Where a page may not write to the clipboard there is no button. */
    const copyButton = (text, title, label) => navigator.clipboard && button(title, async (pressed) => {
        await navigator.clipboard.writeText(text());
        pressed.textContent = "Copied";
    }, { class: "copy", "aria-label": label });
    /* Leads to a part of the page, from here and from elsewhere. */
    const linkTo = (id, text, label) => [
        make("a", { class: "here", href: `#${id}`, "aria-label": label }, text), " ",
        copyButton(() => `${location.href.split("#")[0]}#${id}`, "Copy link", `copy the ${label}`)];
    /* Broken at blanks alone: an option that is broken at its hyphen reads as two. */
    const commandLine = (text) => code(joined(text.split(" ").map((word) => make("span", { class: "word" }, word)), () => " "));
    /* "To reproduce: leakgate run ..." */
    const commands = (lines) => lines.map((line) => {
        const end = line.indexOf(": ");
        if (end < 0) return p(line);
        const command = line.slice(end + 2);
        return [make("p", { class: "step" }, line.slice(0, end + 1), " ", copyButton(() => command, "Copy", `copy the command: ${line.slice(0, end)}`)),
                make("pre", { class: "command" }, commandLine(command))];
    });

    /* --- Charts: a run goes from left to right, each phase in a band of its own: the loop by iterations (or
     * minutes, where it is paced by time), what comes before and after it by seconds, so that a drain of a
     * minute does not press the loop together. --- */

    /* In the units of the picture, which is about as wide as a phone. */
    const chartBox = { width: 360, height: 196, left: 54, right: 354, top: 20, bottom: 174 };
    const sparkBox = { width: 120, height: 24, left: 1, right: 119, top: 2, bottom: 22 };
    /* Each band's share of the width; what has no sample leaves its part to the others. */
    const shares = { "warm-up": 0.06, idle: 0.14, loop: 0.6, drain: 0.2 };
    const bandOf = { start: "warm-up", warmup: "warm-up", idle: "idle", loop: "loop", busy: "loop",
                     drain: "drain", second_loop: "drain", second_drain: "drain" };

    const bandsOf = (scenario) => {
        const bands = {};
        scenario.series = scenario.series.map(([phase, iteration, at, step, name]) => ({ phase, iteration, at, step, name }));
        /* In a locating run also after the steps within an iteration. */
        const steps = Math.max(...scenario.series.map(({ step }) => step || 0), 1);
        for (const sample of scenario.series) {
            const name = bandOf[sample.phase], done = ((sample.step || 0) % steps) / steps;
            sample.position = name !== "loop" ? sample.at
                : scenario.step === "minute" ? sample.at / 60 : sample.iteration + done;
            if (!name) continue;
            bands[name] = bands[name] || { first: sample.position };
            bands[name].last = sample.position;
        }
        const used = Object.keys(shares).filter((name) => bands[name]);
        const all = used.reduce((sum, name) => sum + shares[name], 0);
        let left = 0;
        for (const name of used) Object.assign(bands[name], { left, right: (left += shares[name] / all) });
        return bands;
    };
    /* From 0 to 1; a little off the edges, so that the last dot of one phase and the first of the next are two. */
    const within = (band, position) => {
        const margin = 0.05, length = band.last - band.first;
        const share = length > 0 ? (position - band.first) / length : 0.5;
        return band.left + (band.right - band.left) * (margin + (1 - 2 * margin) * share);
    };

    /* 1, 2 or 5 times a power of ten: the least such step that divides the range into at most so many. */
    const stepOf = (range, most) => {
        if (!(range > 0)) return 1;
        const power = 10 ** Math.floor(Math.log10(range / most));
        return power * [1, 2, 5, 10].find((factor) => range / (factor * power) <= most * (1 + 1e-9));
    };
    /* Holds all from least to most; from 0 where that costs less than half of the height. */
    const axisOf = (least, most, unit) => {
        let low = least >= 0 && least < most / 2 ? 0 : least;
        const greatest = Math.max(Math.abs(most), Math.abs(least));
        const axis = { unit: 1, name: unit === "seconds" ? " s" : "" };
        if (unit === "bytes") {
            const power = greatest < 1024 ? 0 : Math.min(Math.floor(Math.log2(greatest) / 10), 3);
            Object.assign(axis, { unit: 1024 ** power, name: ` ${byteUnits[power]}` });
        }
        /* Of counts a range of one would make a mountain of a single one. */
        const room = unit === "count" ? 4 : Math.max(Math.abs(most) * 0.02, axis.unit * 0.1);
        if (most - low < room) {
            const start = (most + low - room) / 2;
            low = low >= 0 ? Math.max(start, 0) : start;
            most = low + room;
        }
        const step = stepOf((most - low) / axis.unit, 4);
        axis.decimals = step < 1 ? Math.ceil(-Math.log10(step) - 1e-9) : 0;
        axis.step = step * axis.unit;
        axis.bottom = Math.floor(low / axis.step) * axis.step;
        axis.top = Math.ceil(most / axis.step) * axis.step;
        return axis;
    };

    /* The samples that are drawn, at their places; `y` places a value. */
    const placed = (scenario, values, place, y) => {
        const points = [];
        for (let i = 0; i < values.length; i += 2) {
            const sample = scenario.series[values[i]], band = scenario.bands[bandOf[sample.phase]];
            if (band) points.push({ sample, place: values[i], value: values[i + 1],
                                    x: place.left + (place.right - place.left) * within(band, sample.position),
                                    y: y(values[i + 1]) });
        }
        return points;
    };
    const line = (points) => draw("polyline", {
        class: "line", points: points.map((point) => `${point.x.toFixed(1)},${point.y.toFixed(1)}`).join(" ") });
    const scaled = (place, bottom, top) => (value) =>
        place.bottom - (place.bottom - place.top) * Math.min(Math.max((value - bottom) / (top - bottom), 0), 1);
    const valuesAt = (points) => new Map(points.flatMap((place, i) => (i % 2 === 0 ? [[place, points[i + 1]]] : [])));
    const extremes = (values) => values.reduce(([least, most], value, i) =>
        (i % 2 === 0 ? [least, most] : [Math.min(least, value), Math.max(most, value)]), [Infinity, -Infinity]);

    /* A line without axes, of the whole run, to stand in a table's cell. */
    const sparkline = (scenario, values) => {
        const [least, most] = extremes(values);
        return draw("svg", { class: "spark", viewBox: `0 0 ${sparkBox.width} ${sparkBox.height}`, "aria-hidden": "true" },
                    line(placed(scenario, values, sparkBox, scaled(sparkBox, least, Math.max(most, least + 1e-9)))));
    };

    /* [sample, sign, text]: where something happened. */
    const marksOf = (scenario, chart) => [...(scenario.marks || []), ...(chart.marks || [])];
    /* The picture in words. */
    const chartLabel = (scenario, chart) => {
        const { gauge, judged } = chart;
        if (!judged) return [`${chart.title}: the samples, not judged by growth`, ...marksOf(scenario, chart).map(([, , text]) => text)].join("; ");
        return `${chart.title}: in the loop from ${amount(gauge, judged.from)} to ${amount(gauge, judged.to)}, ` +
            `${growth(gauge, judged.per_iteration)} per ${scenario.step}; ${growth(gauge, chart.allowed)} allowed` +
            (judged.floors.length > 0 ? `; floors ${judged.floors.map((floor) => amount(gauge, floor)).join(", ")}` : "");
    };

    /* What may grow would press a flat line to the bottom if all of it were shown: it may take as much again as
     * the samples. */
    const chartAxis = (chart) => {
        let [least, most] = extremes(chart.points);
        if (isNumber(chart.level) && chart.level <= most + Math.max(most - least, most / 2)) most = Math.max(most, chart.level);
        if (chart.judged && chart.judged.counts <= most + Math.max(2 * (most - least), most / 4))
            most = Math.max(most, chart.judged.counts);
        return axisOf(least, most, unitOf(chart.gauge));
    };

    const drawBands = (bands, x) => Object.entries(bands).map(([name, band]) => [
        draw("rect", { class: `band ${name}`, x: x(band.left).toFixed(1), y: chartBox.top,
                       width: (x(band.right) - x(band.left)).toFixed(1), height: chartBox.bottom - chartBox.top }),
        name !== "warm-up" && Object.keys(bands).length > 1 &&
            draw("text", { class: "phase", x: x((band.left + band.right) / 2).toFixed(1), y: chartBox.top - 6 }, name),
    ]);

    const drawAxis = (axis, y) => Array.from({ length: Math.round((axis.top - axis.bottom) / axis.step) + 1 }, (_, i) => {
        const value = axis.bottom + axis.step * i;
        return [draw("path", { class: "grid", d: `M${chartBox.left} ${y(value).toFixed(1)}H${chartBox.right}` }),
                draw("text", { class: "amount", x: chartBox.left - 5, y: (y(value) + 3.5).toFixed(1) },
                     fixed(value / axis.unit, axis.decimals) + axis.name)];
    });

    /* Steps of the loop, and how long it rested before and after that. */
    const drawTicks = (scenario, x) => {
        const { idle, loop, drain } = scenario.bands, ticks = [];
        const tick = (at, text) => ticks.push(draw("text", { class: "tick", x: at.toFixed(1), y: chartBox.height - 7 }, text));
        const minutes = scenario.step === "minute";
        if (loop && loop.last > loop.first) {
            const range = stepOf(loop.last - loop.first, 5), step = minutes ? range : Math.max(range, 1);
            for (let i = Math.ceil(loop.first / step); i * step <= loop.last; i++) {
                const { name } = scenario.series.find(({ position }) => position === i * step) || {};
                tick(x(within(loop, i * step)), name ? name.slice(5, 10) : `${Number((i * step).toPrecision(6))}${minutes ? " min" : ""}`);
            }
        }
        for (const band of [idle, drain])
            if (band && band.last - band.first >= 1)
                tick(x((band.left + band.right) / 2), `${fixed(band.last - band.first, 0)} s`);
        return ticks;
    };

    /* Floors, or the fitted line; and what may grow as a wedge from the first floor on: over its upper edge a
     * growth counts. Where that leaves the picture, it does so at its own slope. */
    const drawJudged = (judged, axis, loopX, y) => {
        const end = judged.start + judged.iterations;
        const shown = Math.min((axis.top - judged.from) / (judged.counts - judged.from), 1);
        const [left, right, bottom, top] = [loopX(judged.start), loopX(end), y(judged.from), y(judged.counts)];
        const edge = left + (right - left) * Math.max(shown, 0);
        const half = judged.centres.length > 0 ? (judged.centres[1] - judged.centres[0]) / 2 : 0;
        const floors = judged.floors.length > 0
            ? judged.floors.map((floor, i) => `M${loopX(judged.centres[i] - half * 0.8).toFixed(1)} ${y(floor).toFixed(1)}` +
                                              `H${loopX(judged.centres[i] + half * 0.8).toFixed(1)}`).join("")
            : `M${left.toFixed(1)} ${bottom.toFixed(1)}L${right.toFixed(1)} ${y(judged.to).toFixed(1)}`;
        const wedge = `M${left.toFixed(1)} ${bottom.toFixed(1)}L${edge.toFixed(1)} ${top.toFixed(1)}`;
        return [draw("path", { class: "allowed", d: `${wedge}H${right.toFixed(1)}V${bottom.toFixed(1)}Z` }),
                draw("path", { class: "limit", d: wedge }), draw("path", { class: "floor", d: floors })];
    };

    const drawMarks = (marks, points) => marks.map(([at, sign, text]) => {
        const point = points.find(({ place }) => place >= at);
        return point && draw("g", { class: "mark" }, draw("title", null, text),
            draw("path", { d: `M${point.x.toFixed(1)} ${chartBox.top}V${chartBox.bottom}` }),
            draw("text", { class: "tick", x: point.x.toFixed(1), y: chartBox.top + 9 }, sign));
    });

    const chartOf = (scenario, chart) => {
        const { gauge, judged } = chart;
        const axis = chartAxis(chart), y = scaled(chartBox, axis.bottom, axis.top), { idle, loop } = scenario.bands;
        const x = (share) => chartBox.left + (chartBox.right - chartBox.left) * share;
        const points = placed(scenario, chart.points, chartBox, y);
        const unit = data.gauges[gauge].cumulative ? " per second" : "";
        const svg = draw("svg", { viewBox: `0 0 ${chartBox.width} ${chartBox.height}`, role: "img",
                                  "aria-label": chartLabel(scenario, chart) },
                         drawBands(scenario.bands, x), drawAxis(axis, y),
                         isNumber(chart.level) && chart.level <= axis.top && (idle || loop) && draw("path", {
                             class: "level",
                             d: `M${x((idle || loop).left).toFixed(1)} ${y(chart.level).toFixed(1)}H${x((idle || loop).right).toFixed(1)}` }),
                         line(points), drawMarks(marksOf(scenario, chart), points),
                         points.length === 1 && draw("circle", { class: "pointed", cx: points[0].x, cy: points[0].y, r: 2.5 }),
                         judged && loop && drawJudged(judged, axis, (position) => x(within(loop, position)), y),
                         drawTicks(scenario, x));
        pointAt(svg, points, ({ value, sample }) => `${amount(gauge, value)}${unit} · ` +
            (sample.name || `${sample.phase}, after iteration ${sample.iteration}, ${fixed(sample.at, 1)} s`));
        return make("figure", { class: "chart" },
                    make("figcaption", null, b(chart.title), unit,
                         judged && make("span", { class: "pace" }, ` ${growth(gauge, judged.per_iteration)} per ${scenario.step}`),
                         br(), small(chart.text)), svg);
    };

    /* The sample under the pointer is told. */
    const tip = make("div", { class: "tip", hidden: true });
    const pointAt = (svg, points, describe) => {
        const mark = draw("g", null);
        svg.addEventListener("pointermove", (event) => {
            const frame = svg.getBoundingClientRect();
            const x = ((event.clientX - frame.left) / frame.width) * chartBox.width;
            const nearest = points.reduce(
                (best, point) => (best && Math.abs(best.x - x) <= Math.abs(point.x - x) ? best : point), null);
            if (!nearest) return;
            mark.replaceChildren(
                draw("line", { class: "pointer", x1: nearest.x, x2: nearest.x, y1: chartBox.top, y2: chartBox.bottom }),
                draw("circle", { class: "pointed", cx: nearest.x, cy: nearest.y, r: 3 }));
            svg.append(mark);
            tip.textContent = describe(nearest);
            tip.hidden = false;
            tip.style.top = `${Math.max(event.clientY - 40, 4)}px`;
            tip.style.left = `${Math.max(Math.min(event.clientX + 12, innerWidth - tip.offsetWidth - 8), 4)}px`;
        });
        svg.addEventListener("pointerleave", () => {
            mark.remove();
            tip.hidden = true;
        });
    };

    /* The gauges that fail and what holds them first, wide; then the others. */
    const isDrawn = (curve) => curve.points.some((value, i) => i % 2 === 1 && value !== 0);
    const key = (name, text) => make("span", { class: `key ${name}` }, text);
    const chartsSection = (scenario) => {
        if (!scenario.series) return null;
        const ofGauge = (curve) => chartOf(scenario, {
            ...curve, title: curve.gauge, text: data.gauges[curve.gauge].text,
            judged: data.gauges[curve.gauge].judged ? curve.judged : null,
            level: isNumber(curve.level) ? curve.level + (curve.tolerance || 0) : null });
        const drawn = scenario.curves.filter(isDrawn), fails = (curve) => (scenario.fails || []).includes(curve.gauge);
        const holders = (scenario.findings || []).filter((finding) => finding.kind === "growth" && finding.points).slice(0, 4)
            .map((finding) => chartOf(scenario, { ...finding, title: `${finding.gauge} held by`, text: finding.holder }));
        const zeros = scenario.curves.filter((curve) => curve.points.length > 0 && !isDrawn(curve));
        return [
            scenario.along ? make("p", { class: "legend" }, scenario.along) : [h3("Every gauge over the run"), make("p", { class: "legend" },
                 `Along the bottom: ${scenario.step}s in the loop, seconds at rest before (idle) and after it (drain); ` +
                 "the narrow band at the left is the warm-up. ",
                 key("line", "sample"), " ", key("floor", "floor of a block, which is judged"), " ",
                 key("allowed", "may grow so far"), " ", key("level", "the most it may rest at"))],
            make("div", { class: "charts wide" }, drawn.filter(fails).map(ofGauge), holders),
            make("div", { class: "charts" }, drawn.filter((curve) => !fails(curve)).map(ofGauge)),
            zeros.length > 0 && note(`0 throughout, and not drawn: ${zeros.map((curve) => curve.gauge).join(", ")}.`),
        ];
    };

    /* --- Icicles: stacks, the outermost function on top, what it called below it, each as wide as its share;
     * stacks that begin alike share their cells. A cell that is chosen is as wide as the picture. --- */

    const icicleBox = { width: 960, row: 22, character: 7, narrowest: 2, hues: 6, stacks: 40, frames: 48 };

    /* Of stacks with `frames`, `amount` (their width) and, where two times are compared, `before` and `after`. */
    const treeOf = (stacks) => {
        const cell = (name, above) => ({ name, above, amount: 0, before: 0, after: 0, below: new Map() });
        const root = cell("all of it", null);
        const add = (to, { amount: width, before = 0, after = 0 }) =>
            Object.assign(to, { amount: to.amount + width, before: to.before + before, after: to.after + after });
        for (const stack of stacks) {
            let at = add(root, stack);
            /* The innermost functions tell more, so where there are too many the outermost go. */
            for (const name of stack.frames.slice(0, icicleBox.frames).reverse()) {
                if (!at.below.has(name)) at.below.set(name, cell(name, at));
                at = add(at.below.get(name), stack);
            }
        }
        return root;
    };
    /* One colour for the functions of a package, so that the eye finds one's own. */
    const hueOf = ({ name }) => {
        let hash = 5381;
        for (const character of name.slice(0, name.length - shortFunction(name).length) + shortFunction(name).split(".")[0])
            hash = (hash * 33 + character.codePointAt(0)) >>> 0;
        return `hue${hash % icicleBox.hues}`;
    };

    /* Enter or a click shows a cell alone, below those that lead to it; arrows go to the next one; Escape shows all. */
    const pictureOf = (root, label, describe, colour) => {
        const svg = draw("svg", { role: "group", "aria-label": label }), told = make("p", { class: "note told", role: "status" });
        const out = button("Show all of it", () => show(root));
        let drawn = new Map(), depth = 0;
        const put = (cell, left, width, row) => {
            if (width < icicleBox.narrowest) return;
            const name = shortFunction(cell.name), room = Math.floor(width / icicleBox.character) - 1;
            const text = describe(cell);
            depth = Math.max(depth, row + 1);
            drawn.set(cell, draw("g", { class: colour(cell), tabindex: -1, role: "button", "aria-label": text },
                draw("title", null, text),
                draw("rect", { x: left.toFixed(1), y: row * icicleBox.row, width: width.toFixed(1), height: icicleBox.row - 1 }),
                room > 1 && draw("text", { x: (left + 4).toFixed(1), y: row * icicleBox.row + 15 },
                                 name.length > room ? `${name.slice(0, room - 1)}…` : name)));
            putBelow(cell, left, width, row + 1);
        };
        const putBelow = (above, left, width, row) => {
            for (const cell of above.below.values()) {
                const part = above.amount > 0 ? (width * cell.amount) / above.amount : 0;
                put(cell, left, part, row);
                left += part;
            }
        };
        const show = (shown) => {
            const path = [];
            for (let cell = shown; cell.above; cell = cell.above) path.unshift(cell);
            [drawn, depth] = [new Map(), 0];
            path.forEach((cell, row) => put({ ...cell, below: new Map() }, 0, icicleBox.width, row));
            /* Those above are drawn alone, without what else they called. */
            drawn = new Map([...drawn.values()].map((element, i) => [path[i], element]));
            putBelow(shown, 0, icicleBox.width, path.length);
            svg.setAttribute("viewBox", `0 0 ${icicleBox.width} ${depth * icicleBox.row}`);
            svg.replaceChildren(...drawn.values());
            for (const [cell, element] of drawn) {
                element.addEventListener("click", () => choose(cell));
                element.addEventListener("focus", () => { told.textContent = describe(cell); });
                element.addEventListener("pointerenter", () => { told.textContent = describe(cell); });
                element.addEventListener("keydown", (event) => move(cell, event));
            }
            const [first] = path.length > 0 ? [drawn.get(shown)] : drawn.values();
            if (first) first.setAttribute("tabindex", 0);
            told.textContent = describe(shown);
            out.disabled = shown === root;
        };
        const choose = (cell) => {
            show(cell);
            if (drawn.has(cell)) drawn.get(cell).focus();
        };
        const move = (cell, event) => {
            const beside = [...cell.above.below.values()].filter((other) => drawn.has(other)), place = beside.indexOf(cell);
            const to = { ArrowUp: cell.above, ArrowDown: [...cell.below.values()].find((below) => drawn.has(below)),
                         ArrowLeft: beside[place - 1], ArrowRight: beside[place + 1] }[event.key];
            if (event.key === "Enter" || event.key === " ") choose(cell);
            else if (event.key === "Escape") show(root);
            else if (!event.key.startsWith("Arrow")) return;
            event.preventDefault();
            if (to && drawn.has(to)) drawn.get(to).focus();
            if (event.key === "Escape" && drawn.has(cell)) drawn.get(cell).focus();
        };
        show(root);
        return [make("div", { class: "scroll", role: "group", tabindex: 0, "aria-label": "stacks" }, svg), told, out];
    };

    const icicle = (found, gauge, label) => {
        const bytes = gauge === "heap_stack";
        const stacks = found.filter((finding) => finding.gauge === gauge && finding.holder).map((finding) => ({
            frames: framesOf(finding.holder), amount: bytes ? finding.bytes_per_iteration : finding.per_iteration }))
            .filter((stack) => stack.amount > 0);
        if (stacks.length === 0) return null;
        const describe = (cell) => `${cell.name}: ${growth(bytes ? "heap_alloc" : gauge, cell.amount)}`;
        return make("figure", { class: "icicle" },
            make("figcaption", null, `${label}. The outermost function is on top, what allocated or waits is at the bottom; ` +
                                     "the width is the share of the growth. A click, or Enter, shows one alone."),
            pictureOf(treeOf(stacks.slice(0, icicleBox.stacks)), `${label}: the table above names the same stacks`, describe, hueOf),
            stacks.length > icicleBox.stacks &&
                note(`${stacks.length - icicleBox.stacks} more stacks are left out of this picture; result.json has all of them.`));
    };

    /* Stacks as [frames, now] or [frames, before, after], a frame being a place among `names`. Each view, as [title,
     * what a stack's width is], is a picture of its own. */
    const widths = { after: ([, , after]) => after, before: ([, before]) => before,
                     grown: ([, before, after]) => Math.max(after - before, 0), now: ([, now]) => now };
    const flame = ({ names, stacks, unit, views, left_out: more, left_out_before: lost, left_out_after: left }, id) => {
        const told = (value) => amount(unit, value), compared = views.length > 1;
        const describe = ({ name, amount: now, before, after }) => compared
            ? `${name}: ${told(before)} → ${told(after)}, ${growth(unit, after - before)}` : `${name}: ${told(now)}`;
        const colour = (cell) => {
            const share = (cell.after - cell.before) / Math.max(cell.after, cell.before, 1);
            return !compared ? hueOf(cell)
                : share > 0.25 ? "more much" : share > 0.02 ? "more" : share < -0.25 ? "less much" : share < -0.02 ? "less" : "same";
        };
        const pictures = views.map(([title, width]) => pictureOf(treeOf(stacks.map((stack) => (
            { frames: stack[0].map((place) => names[place]), amount: widths[width](stack), before: stack[1], after: stack[2] }))),
            `by stack: ${title}`, describe, colour));
        return make("figure", { class: "icicle heap" },
            make("figcaption", null, "The outermost function is on top, the innermost at the bottom. A click, or Enter, shows " +
                 "one alone; arrows go from one to the next. ",
                 compared && ["Against before: ", key("more", "more"), key("same", "the same"), key("less", "less")]),
            compared ? tabs("width", `${id}h`, views.map(([title]) => title), pictures) : pictures,
            more > 0 && note(`${more} smaller stacks are left out: `,
                             compared ? `${told(lost)} before, ${told(left)} after.` : `${told(left)}.`));
    };
    const heapSection = ({ heap, id }) => heap && foldLater("The heap by stack: at the end against before the loop", () => flame(heap, id));

    /* --- Findings --- */

    const growthKinds = ["growth", "backlog", "allowed", "unconfirmed", "filled", "companion"];
    const isGrowth = (finding) => growthKinds.includes(finding.kind) && Boolean(finding.gauge) && finding.iterations > 0;
    const kind = (finding) =>
        make("span", { class: `kind ${finding.fails ? "fails" : "told"}` }, finding.kind.replaceAll("_", " "));

    const sourceLink = ({ source, source_link }) =>
        source_link ? make("a", { href: source_link }, source) : source;
    /* The lines around a place; the report was made where its file is. */
    const sourceBox = (finding) => make("figure", { class: "source" },
        make("figcaption", null, code(shortFunction(finding.function)), " ", sourceLink(finding)),
        box(`lines of ${finding.source}`, finding.source_lines.map((line, i) => {
            const number = finding.source_first + i, text = `${String(number).padStart(4)}  ${line}`;
            return [number === finding.source_line ? make("mark", null, text) : text, "\n"];
        })));

    /* Of a stack the function to look at first and the innermost ones, without the paths of their packages; whole
     * names, as the command line takes them, and the raw ones behind them, are folded below. */
    const holderCell = (finding) => {
        const { holder } = finding, stack = isStack(finding);
        const raw = holder && finding.example !== holder ? finding.example : null;
        const frames = stack ? framesOf(holder) : [];
        const below = (text) => text && [br(), small(text)];
        return [
            !holder && make("em", null, "all together"), holder && !stack && code(holder),
            finding.function && !holder.startsWith(finding.function) &&
                [b(code(shortFunction(finding.function))), br()],
            frames.slice(0, 3).map((frame, i) => [i > 0 && [br(), "< "], code(shortFunction(frame))]),
            frames.length > 3 && " < …",
            below(finding.source && sourceLink(finding)), below(finding.made_by), below(finding.in_common && `in common: ${finding.in_common}`),
            below(finding.companion_of && `comes with ${finding.companion_of}`), below(finding.text),
            holder && [br(), copyButton(() => holder, "Copy name", "copy the holder's name")],
            (raw || stack) && make("details", null,
                make("summary", null, small(stack ? "the whole stack" : "a raw name")),
                stack && code(holder), stack && raw && [br(), small("as Go wrote it:"), " "],
                raw && code(raw)),
        ];
    };
    /* "+2.00", of heap stacks "+1.00 objects, +512 B". */
    const paceCell = (finding) => {
        if (finding.gauge !== "heap_stack") return growth(finding.gauge, finding.per_iteration);
        return [objects(finding.per_iteration), br(), growth("heap_alloc", finding.bytes_per_iteration),
                finding.exact_per_iteration > 0 && [br(), small(
                    `exactly ${objects(finding.exact_per_iteration)}, ${growth("heap_alloc", finding.exact_bytes_per_iteration)}`)]];
    };
    const findingRow = (scenario, finding, id) => make("tr", { id },
        make("td", { class: "finding" }, kind(finding), finding.compared && [br(), small(finding.compared.text)], br(), linkTo(id, `#${id}`, `link to finding ${id}`)),
        td(finding.gauge), rowHead(holderCell(finding)), numberCell(paceCell(finding)),
        numberCell(`${amount(finding.gauge, finding.from)} → ${amount(finding.gauge, finding.to)}`),
        td(finding.points && sparkline(scenario, finding.points)),
        numberCell(growth(finding.gauge, finding.allowed)),
        td((finding.grows_at || []).length === 0 ? none :
            joined(finding.grows_at.map((place) => [code(place.step), " ", small(place.where)]), () => br())),
        td(finding.confirmed ? "fresh process" : finding.repeats ? "second loop" : none));

    const findingsSection = (scenario) => {
        const findings = scenario.findings || [];
        const grown = scenario.series ? findings.filter(isGrowth) : [];
        const others = findings.filter((finding) => !grown.includes(finding));
        const leaks = grown.filter((finding) => finding.fails || finding.kind === "companion");
        const backlog = grown.filter((finding) => !leaks.includes(finding));
        const pictures = [
            [leaks, "goroutine", "Goroutines that leak, by stack"],
            [leaks, "goroutine_leak", "Goroutines that wait for what nothing can reach, by stack"],
            [leaks, "heap_stack", "Memory that leaks, by the stack that allocated"],
            [backlog, "goroutine", "Goroutines of a backlog, by stack"],
            [backlog, "heap_stack", "Memory of a backlog, by the stack that allocated"],
        ];
        return [
            grown.length > 0 && [h3("What grew, and what holds it"), table("what grew", null,
                ["finding", "gauge", "held by", `per ${scenario.step}`, "from, to", "over the run", "allowed", "grows at",
                 "confirmed"],
                grown.map((finding, i) => findingRow(scenario, finding, `${scenario.id}f${i + 1}`)))],
            leaks.filter((finding, i) => finding.source_lines &&
                leaks.findIndex(({ source }) => source === finding.source) === i).slice(0, 6).map(sourceBox),
            pictures.map(([found, gauge, label]) => icicle(found, gauge, label)),
            others.length > 0 && [h3("Findings that are no growth"), make("ul", null, others.map((finding) =>
                li(kind(finding), ` ${finding.gauge || ""} `, finding.holder && code(finding.holder),
                     finding.text && ` ${finding.text}`, finding.compared && small(` ${finding.compared.text}`))))],
            scenario.more_findings > 0 && note(`${scenario.more_findings} more are left out here; result.json has all of them.`),
        ];
    };

    /* --- The other parts of a scenario --- */

    const failureSection = ({ screen, stderr }) => [
        screen && [h3("The screen at that moment"),
                   box("screen", screen.join("\n") || "(the screen was blank)", "screen")],
        stderr && [h3("Standard error of the target"), box("standard error", stderr.join("\n"))],
    ];

    const purposes = {
        screening: "The run that all scenarios have",
        again: "A fresh process by the same plan, to see whether it shows the same",
        third: "Another fresh process, because the first two differed",
        locate: "A sample after every step, to find the one at which it grows; it has no vote",
    };
    const filesOf = ({ name }, { attempt }) => fileLink(`${name}/${attempt === "screening" ? "" : attempt}`);
    const purposeOf = ({ attempt }) => purposes[attempt] ||
        (attempt.startsWith("times-") ? "One more process, to be added up" : "The control build");

    /* Tabs as they are known everywhere: arrows go from one to the next. */
    const tabs = (label, id, titles, panels) => {
        const show = (shown) => panels.forEach((panel, i) => {
            panel.hidden = i !== shown;
            buttons[i].setAttribute("aria-selected", i === shown);
            buttons[i].tabIndex = i === shown ? 0 : -1;
        });
        const buttons = titles.map((title, i) => {
            const tab = button(title, () => show(i), { role: "tab", id: `${id}t${i}`, "aria-controls": `${id}p${i}` });
            tab.addEventListener("keydown", (event) => {
                const next = (i + titles.length + ({ ArrowLeft: -1, ArrowRight: 1 }[event.key] || 0)) % titles.length;
                show(next);
                buttons[next].focus();
            });
            return tab;
        });
        panels = panels.map((panel, i) =>
            make("div", { role: "tabpanel", id: `${id}p${i}`, "aria-labelledby": `${id}t${i}` }, panel));
        show(0);
        return [make("div", { class: "tabs", role: "tablist", "aria-label": label }, buttons), panels];
    };

    /* Each attempt alone: what it showed, and its curves. The screening's are the scenario's own. */
    const attemptsSection = (scenario) => {
        const attempts = scenario.attempts || [];
        if (attempts.length < 2) return chartsSection(scenario);
        const titles = attempts.map(({ attempt, verdict: word }) => [attempt, word && [" ", verdict(word)]]);
        const panels = attempts.map((attempt, i) => {
            const run = { ...scenario, findings: [], more_findings: 0, series: null, ...attempt, id: `${scenario.id}a${i}` };
            if (run.series) run.bands = bandsOf(run);
            const showed = attempt.problem || attempt.showed.join(", ") || (attempt.verdict && "nothing that fails");
            return [p(`${purposeOf(attempt)}. `, showed && `It showed: ${showed}. `, "Files: ", filesOf(scenario, attempt)),
                    i === 0 ? chartsSection(scenario) : [findingsSection(run), chartsSection(run)]];
        });
        return [h3("Attempts"), tabs("attempts", scenario.id, titles, panels)];
    };

    const remarksSection = ({ remarks, plan_difference: difference, revision }) => [
        remarks.length > 0 && [h3("Remarks"), make("ul", null, remarks.map((remark) => li(remark)))],
        difference && [h3(`The plan differs from ${revision}'s`), box("how the plan differs", difference.join("\n"))],
    ];

    /* Of what is never judged by growth, the floors are shown and nothing is allowed or caught. */
    const gaugesSection = (scenario) => {
        if (!scenario.series) return null;
        const caught = scenario.would_have_caught || {}, levels = scenario.levels || {};
        const known = scenario.curves.filter((curve) => curve.points.length > 0 || isNumber(caught[curve.gauge]));
        const rows = known.map((curve) => {
            const { gauge } = curve, info = data.gauges[gauge], judged = info.cumulative ? {} : curve.judged || {};
            return make("tr", null, rowHead(gauge, info.cumulative && " per second"),
                [amount(gauge, levels[gauge]), amount(gauge, curve.level), growth(gauge, curve.tolerance),
                 amount(gauge, judged.from), amount(gauge, judged.to), growth(gauge, judged.per_iteration),
                 info.judged ? growth(gauge, curve.allowed) : none, growth(gauge, caught[gauge])]
                    .map((text) => numberCell(text)));
        });
        return fold("What it would have caught, and every gauge in numbers",
            p(`The last column is the smallest growth per ${scenario.step} that this run could tell from noise: what ` +
                            "leaks less can be in a run that passes."),
            table("gauges", null, ["gauge", "at rest", "baseline's level", "tolerated", "loop, first floor", "last floor",
                                   `per ${scenario.step}`, "allowed", "would have caught"], rows));
    };

    /* Also where nothing grew: what a program holds open is worth a look by itself. */
    const descriptorsSection = ({ descriptors }) => {
        if (!descriptors || descriptors.length === 0) return null;
        const sum = (place) => descriptors.reduce((total, entry) => total + entry[place], 0);
        const row = ([name, before, after]) => make("tr", null, rowHead(code(name)), numberCell(fixed(before, 0)),
            numberCell(fixed(after, 0)), numberCell(after === before ? none : signed(after - before, fixed(after - before, 0))));
        return fold(`Open descriptors at the end: ${fixed(sum(2), 0)}`,
            table("open descriptors", "descriptors", ["kind", "at rest before the loop", "at the end", "more"],
                  [...descriptors].sort((one, other) => other[2] - one[2]).map(row)));
    };

    const samplesSection = (scenario) => {
        if (!scenario.series) return null;
        const every = Math.floor(scenario.series.length / 120) + 1;
        const curves = scenario.curves.filter(isDrawn).map(({ gauge, points }) => ({ gauge, values: valuesAt(points) }));
        const rows = scenario.series.flatMap((sample, i) => (i % every > 0 ? [] : [make("tr", null,
            rowHead(sample.phase), numberCell(sample.iteration), numberCell(`${fixed(sample.at, 1)} s`),
            curves.map(({ gauge, values }) => numberCell(amount(gauge, values.get(i)))))]));
        return fold("Samples", every > 1 && note(`One of each ${every} of the ${scenario.series.length} samples.`),
            p("All holders of each stand in journal.jsonl."),
            table("samples", null, ["phase", "iteration", "at", ...curves.map(({ gauge }) =>
                gauge + (data.gauges[gauge].cumulative ? " per second" : ""))], rows));
    };

    const factsSection = (scenario) => {
        const target = scenario.target || {}, played = scenario.loop_iterations || 0;
        const judge = !scenario.target ? null : scenario.control ? "a control build"
            : scenario.baseline_revision ? scenario.baseline_revision.name : scenario.baseline ? "its baseline" : "no baseline";
        const facts = [
            ["file", scenario.file], ["took", scenario.took], ["program", target.program], ["version", target.version],
            ["Go", target.go], ["platform", target.platform],
            ["samples", scenario.samples > 0 && `${scenario.samples}; ${fixed(played, 0)} iterations in the loop`],
            ["judged by", judge], ...(scenario.worlds || []).map((world) => ["world", world]),
        ];
        return make("dl", { class: "facts" }, facts.filter(([, value]) => value).map(([name, value]) =>
            make("div", null, make("dt", null, name), make("dd", null, value))));
    };

    const filesSection = ({ name, files }) => {
        const named = files.filter((file) => !file.startsWith("made-by-")).slice(0, 30);
        const links = named.map((file) => fileLink(`${name}/${file}`, file));
        return links.length > 0 && note("Files beside this page: ", joined(links, () => " "));
    };

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
        const flags = flagNames.filter(([flag]) => style[2] & flag).map(([, name]) => name);
        const span = make("span", { class: flags.join(" ") || null }, text);
        let [ink, ground] = [colourOf(style[0]), colourOf(style[1])];
        if (style[2] & 8) [ink, ground] = [ground || "#101418", ink || "#d4d8dd"];
        span.style.color = ink;
        span.style.background = ground;
        return span;
    };

    class Player {
        constructor(film) {
            this.film = film;
            this.screen = box("screen", "", "screen");
            this.where = make("div", { class: "where" });
            this.root = make("div", { class: "player" }, this.bar(), this.where, this.screen);
            this.at = -1; /* picture */
            this.timer = 0;
            this.fit();
            this.show(this.fullest());
            this.at = -1;
            this.slider.value = 0;
            this.where.textContent = `Pictures: ${film.frames.length}. Pauses are shortened to ${longestPause} s.`;
        }

        /* Letters so small that a row fits, as far as they can be read. */
        fit() {
            const lengths = this.film.lines.map((runs) =>
                runs.reduce((sum, run) => sum + (typeof run === "string" ? [...run].length : 0), 0));
            const width = Math.min(innerWidth, 1248) - 90;
            const size = width / Math.max(...lengths, 1) / 0.602;
            this.screen.style.fontSize = `${Math.min(Math.max(size, 8), 13)}px`;
        }

        bar() {
            this.playButton = button("Play", () => this.toggle());
            this.slider = make("input", { type: "range", min: 0, max: this.film.frames.length - 1,
                                          "aria-label": "picture of the recording" });
            this.slider.addEventListener("input", () => {
                this.pause();
                this.show(Number(this.slider.value));
            });
            this.speed = make("select", { "aria-label": "speed" },
                              [0.5, 1, 2, 4, 8].map((speed) => new Option(`${speed}×`, speed, speed === 1, speed === 1)));
            return make("div", { class: "bar" }, this.playButton, button("Step back", () => this.toStep(-1)),
                        button("Next step", () => this.toStep(1)), this.slider, this.speed);
        }

        /* The last picture that is as full as any: it stands there before it is played. */
        fullest() {
            const isBlank = (runs) => !runs.some((run) => typeof run === "string" && run.trim());
            const rows = [], blank = this.film.lines.map(isBlank);
            let best = 0, most = 0;
            this.film.frames.forEach(([, changes], picture) => {
                for (let i = 0; i < changes.length; i += 2) rows[changes[i]] = !blank[changes[i + 1]];
                const full = rows.filter(Boolean).length;
                if (full >= most) [best, most] = [picture, full];
            });
            return best;
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
                const row = make("span");
                this.lines.push(row);
                this.screen.append(row, "\n");
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

    /* --- The steps: each with its screen before and after, and what a locating run sampled there --- */

    const sampledGauges = ["fd", "goroutine", "heap_alloc"];
    /* By "iteration:number of the step": of each gauge the value after it and what came with it. Waits belong to
     * the input before them. */
    const sampledAt = (run) => {
        const found = new Map(), values = sampledGauges.map((gauge) =>
            valuesAt((run.curves.find((curve) => curve.gauge === gauge) || { points: [] }).points));
        run.series.forEach(([, iteration, , step], i) => {
            if (!step || !run.steps[step - 1]) return;
            const at = iteration + (step === run.steps.length ? 0 : 1), [, input] = run.steps[step - 1];
            found.set(`${at}:${input || step}`, values.map((known) => [known.get(i), known.get(i) - known.get(i - 1)]));
        });
        return found;
    };
    /* Which iteration, and which of its steps, a mark of the recording is; outside of the loop neither. */
    const numbered = (marks, labels, steps) => {
        const rows = marks.map(([time, label]) => ({ time, label: labels[label] }));
        for (let i = 0, iteration = 0; steps.length > 0 && i + steps.length <= rows.length;) {
            const fits = steps.every(([step], place) => rows[i + place].label === step);
            if (fits) iteration++;
            for (let place = 0; fits && place < steps.length; place++) Object.assign(rows[i + place], { iteration, step: place + 1 });
            i += fits ? steps.length : 1;
        }
        return rows;
    };
    const onlyWaits = /^(wait|settle|sleep)\b/;

    const stepsSection = (scenario, film, player) => foldLater("Steps, each with its screen before and after", () => {
        const located = (scenario.attempts || []).find(({ attempt, series, steps }) => attempt === "locate" && series && steps);
        const rows = numbered(film.marks, film.labels, located && !scenario.recording.tail ? located.steps : []);
        const sampled = located ? sampledAt(located) : new Map();
        const [before, after] = [new Player(film), new Player(film)];
        const choose = (chosen) => {
            const { time, label } = rows[chosen];
            /* What a key does is seen when the waits after it are over. */
            let end = chosen + 1;
            while (!onlyWaits.test(label) && end < rows.length && onlyWaits.test(rows[end].label)) end++;
            player.pause();
            player.show(player.pictureAt(time));
            before.show(before.pictureAt(time));
            after.show(end < rows.length ? after.pictureAt(rows[end].time) : film.frames.length - 1);
            after.lines.forEach((line, i) => { line.className = before.rows[i] === after.rows[i] ? "" : "changed"; });
            buttons.forEach((step, i) => {
                step.tabIndex = i === chosen ? 0 : -1;
                step.setAttribute("aria-pressed", i === chosen);
            });
        };
        const buttons = rows.map(({ label }, i) => {
            const step = button(label, () => choose(i));
            step.addEventListener("keydown", (event) => {
                const next = buttons[i + ({ ArrowUp: -1, ArrowDown: 1 }[event.key] || 0)];
                if (!event.key.startsWith("Arrow") || !next) return;
                event.preventDefault();
                choose(buttons.indexOf(next));
                next.focus();
            });
            return step;
        });
        if (rows.length === 0) return note("No step is in the part of the recording that stands here.");
        const first = Math.max(rows.findIndex(({ iteration, step }) => sampled.has(`${iteration}:${step}`)), 0);
        choose(first);
        requestAnimationFrame(() => {
            const row = buttons[first].closest("tr");
            row.closest(".scroll").scrollTop = row.offsetTop - 100;
        });
        const cellsAt = ({ iteration, step }) => {
            const values = sampled.get(`${iteration}:${step}`);
            return sampledGauges.map((gauge, i) => numberCell(values && isNumber(values[i][0]) && [amount(gauge, values[i][0]),
                values[i][1] ? [" ", b(signed(values[i][1], amount(gauge, values[i][1])))] : ""]));
        };
        return [
            note("A step that is chosen is shown below, and in the recording above.", located && " fd, goroutine and heap_alloc " +
                 "are those of the locating run, after the step and the waits that follow it."),
            make("div", { class: "timeline" }, table("steps", "steps", ["at", "iteration", "step", ...(located ? sampledGauges : [])],
                rows.map((row, i) => make("tr", null, numberCell(`${fixed(row.time, 2)} s`), numberCell(row.iteration || ""),
                                          td(buttons[i]), located && cellsAt(row))))),
            make("div", { class: "screens player" }, [["Before", before], ["After; rows that changed are marked", after]].map(([title, still]) =>
                make("figure", null, make("figcaption", null, title), still.screen))),
        ];
    });

    /* How much of it this is, so that nobody takes a part for the whole. */
    const extent = ({ from, to, seconds, whole, cut }) =>
        whole ? `The whole recording, ${seconds}.`
        : [make("strong", null, "A part of the recording"), `, from ${from} to ${to} of ${seconds}`,
           cut ? " or more: not all of the file was read." : ": the page holds no more of it."];

    const recordingSection = (scenario) => {
        const { recording } = scenario;
        if (!recording) return null;
        const film = document.getElementById(`film${scenario.number}`);
        const link = fileLink(recording.file, "recording.cast");
        const drawn = () => {
            const pictures = JSON.parse(film.textContent), player = new Player(pictures);
            return [player.root, stepsSection(scenario, pictures, player)];
        };
        const parts = {
            drawn: () => [
                note(extent(recording), " All of it, as it was written: ", link, ", in the report's directory: ",
                     commandLine(recording.command)),
                film ? drawn() : note("Nothing was drawn in it.")],
            refused: () => note(`It cannot be shown here: ${recording.problem}`),
            crashed: () => note("It cannot be shown here: drawing it again ended the process that did, or took too long."),
            "no room": () => note("Left out: the recordings above took what the page has for them. It is in the report's " +
                                  "directory: ", link),
        };
        return make("details", { class: "recording", open: recording.tail },
                    make("summary", null, h3("Recording")), parts[recording.state]());
    };

    /* --- The page --- */

    /* One line of a pass; of all else the sentence as well, so that none needs to be unfolded to be understood. */
    const scenarioLine = (scenario) => {
        const { name, title, took, accepted } = scenario, told = needsAttention(scenario) || scenario.verdict === "skipped";
        return [make("span", { class: "badge" }, outcome(scenario), scenario.forgiven && small(" (quarantined)")), " ",
                make("h2", null, b(name), told ? sentence(scenario) : make("span", { class: "title" }, ` ${title || ""}`),
                     accepted && [" ", small(accepted)]), " ",
                make("span", { class: "took" }, took)];
    };

    const scenarioSection = (scenario, place) => {
        const { number, name, title } = scenario;
        if (scenario.left_out_of_page)
            return make("div", { class: "scenario", id: `s${number}` }, make("div", { class: "entry" }, scenarioLine(scenario)),
                        note("Left out: the page would be larger than 6 MiB. result.json and the scenario's directory have " +
                             "all of it."));
        scenario.id = `s${number}`;
        if (scenario.series) scenario.bands = bandsOf(scenario);
        /* The address is inside, so that a link to it opens the fold. */
        return make("details", { class: `scenario ${scenario.verdict}`, open: scenario.open && place === 0 },
            make("summary", { class: "entry" }, scenarioLine(scenario)),
            make("div", { class: "body", id: `s${number}` },
                 make("p", { class: "title" }, needsAttention(scenario) ? title : [b(name), sentence(scenario)], " ",
                      linkTo(scenario.id, `#${scenario.id}`, `link to ${name}`)),
                 commands(scenario.commands), failureSection(scenario), findingsSection(scenario), remarksSection(scenario),
                 attemptsSection(scenario),
                 scenario.power.map((words) => make("p", { class: "power" }, words)),
                 gaugesSection(scenario), heapSection(scenario), descriptorsSection(scenario), recordingSection(scenario), samplesSection(scenario), factsSection(scenario),
                 filesSection(scenario)));
    };

    /* --- Sections: what another command than run has found, as it stands in its JSON --- */

    /* A column is "key=title:kind": "code", a unit, "gauge" (the row's own), or nothing for words. */
    const valueAt = (row, path) => path.split(".").reduce((part, name) => (isThere(part) ? part[name] : null), row);
    const cellOf = (row, [path, , type]) => {
        const value = valueAt(row, path);
        if (type === "code") return make("td", { class: "code" }, value && [code(value), " ", copyButton(() => value, "Copy", `copy ${path}`)]);
        if (type) return numberCell(amount(type === "gauge" ? row.gauge || row.name : type, value));
        return td(joined([value].flat().filter(isThere).map((item) => (typeof item !== "object" ? item
            : Object.values(item).filter((part) => typeof part === "string").join(" of "))), () => ", "));
    };
    const sectionOf = (section, place) => {
        const { heading, rows, stacks, text } = section, id = `p${place + 1}`, part = { ...section, id };
        const columns = rows && section.columns.split(", ").map((column) => column.split(/[=:]/))
            .filter(([path]) => rows.some((row) => isThere(valueAt(row, path))));
        if (part.series) part.bands = bandsOf(part);
        return make("details", { class: `scenario ${colours[section.verdict] || section.verdict}`, open: !section.folded && place < 12 },
            make("summary", { class: "entry part" }, make("h2", null, section.verdict && [verdict(section.verdict), " "], b(heading)), " ",
                 make("span", { class: "took" }, rows && rows.length)),
            make("div", { class: "body", id }, p(text, " ", linkTo(id, `#${id}`, `link to ${heading}`)),
                 rows && table(heading, "rows", columns.map(([, title]) => title),
                               rows.map((row) => make("tr", null, columns.map((column) => cellOf(row, column))))),
                 stacks && flame(section, id), chartsSection(part)));
    };

    /* Only the parts with these words in their line, and with one of the outcomes whose buttons are pressed. */
    const filterBar = (parts, outcomes) => {
        const pressed = new Set(), said = make("span", { role: "status" });
        const input = make("input", { type: "search", placeholder: "Search: a name, a holder … ( / )",
                                      "aria-label": "search this page" });
        const show = () => {
            const words = input.value.toLowerCase().split(/\s+/);
            parts.forEach((part, i) => {
                const text = (part.querySelector(".entry") || part).textContent.toLowerCase();
                part.hidden = !words.every((word) => text.includes(word)) || (pressed.size > 0 && !pressed.has(outcomes[i]));
            });
            const shown = parts.filter((part) => !part.hidden).length;
            said.textContent = shown < parts.length ? `${shown} of ${parts.length}` : "";
        };
        const buttons = [...new Set(outcomes)].map((word) => {
            const count = outcomes.filter((outcome) => outcome === word).length;
            return button(`${word} ${count}`, (own) => {
                if (!pressed.delete(word)) pressed.add(word);
                own.setAttribute("aria-pressed", pressed.has(word));
                show();
            }, { "aria-pressed": "false" });
        });
        input.addEventListener("input", show);
        addEventListener("keydown", (event) => {
            if (event.key !== "/" || event.target.matches("input, select")) return;
            event.preventDefault();
            input.focus();
        });
        return make("div", { class: "filter" }, input, buttons.length > 1 && buttons, said);
    };

    const topSection = () => {
        const told = (...children) => make("p", { class: "sentence" }, children);
        return make("section", { "aria-label": "verdict" },
            [data.problem, data.comparison, data.caution].map((text) => text && told(text)),
            data.missing && make("ul", null, data.missing.map((line) => li(line))),
            data.verdict === "pass" && scenarios.length > 0 && told("Nothing grew that the baselines do not allow."),
            data.stopped);
    };

    const drawPage = () => {
        const found = (data.sections || []).map(sectionOf), sections = scenarios.map(scenarioSection);
        const text = document.getElementById("text"), heading = data.heading || "Scenarios";
        const outcomes = scenarios.length > 0 ? scenarios.map(({ outcome: word }) => word)
            : (data.sections || []).flatMap(({ verdict: word }) => word || []);
        const parts = scenarios.length > 0 ? sections : outcomes.length > 0 ? found
            : found.flatMap((part) => [...part.querySelectorAll(".rows tbody tr")]);
        document.getElementById("page").replaceChildren();
        fill(document.getElementById("page"), null, [
            topSection(), make("section", { "aria-labelledby": "scenarios" },
                make("h2", { id: "scenarios", tabindex: -1 }, heading), parts.length > 3 && filterBar(parts, outcomes),
                sections, found),
            scenarios.length > 1 && commands(data.commands),
            fold("The same as the terminal says it", text)]);
        if (data.verdict) document.querySelector("h1").prepend(verdict(data.verdict), " ");
        document.querySelector("header").prepend(make("p", { class: "about" }, `leakgate · ${data.header}`));
        document.body.prepend(make("a", { class: "skip", href: "#scenarios" }, `To: ${heading}`));
        document.body.append(make("footer", null, p(`${data.made}.`, data.files && [" The same in other forms, beside this page: ",
            joined(data.files.map((file) => fileLink(file)), () => ", "), "."])), tip);
    };

    const openAddressed = () => {
        const addressed = document.getElementById(location.hash.slice(1));
        for (let element = addressed; element; element = element.parentElement)
            if (element.tagName === "DETAILS") element.open = true;
        if (addressed) addressed.scrollIntoView();
    };

    drawPage();
    addEventListener("hashchange", openAddressed);
    if (location.hash) openAddressed();
    addEventListener("beforeprint", () => {
        for (const details of document.querySelectorAll("details")) details.open = true;
    });
})();
