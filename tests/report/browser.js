// browser.js CHROMIUM DIRECTORY SCREENSHOTS: opens the reports of test-browser.sh, and says what is not right.
const { chromium } = require(process.env.TEEWATCH_PLAYWRIGHT);
const fs = require('fs');
const [, , executablePath, directory, screenshots] = process.argv;
const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
	'--disable-component-update', '--disable-sync'];
const views = [['desktop', 1280, 'light'], ['desktop', 1280, 'dark'], ['phone', 390, 'light'], ['phone', 390, 'dark']];
let faults = 0;

function must(condition, words) {
	if (condition)
		return;
	faults++;
	console.error(`browser: ${words}`);
}

async function look(context, kind, [name, width, scheme]) {
	const page = await context.newPage();
	const where = `${kind}, ${name}, ${scheme}`;
	page.on('console', m => must(false, `${where}: console: ${m.text()}`));
	page.on('pageerror', e => must(false, `${where}: ${e.message}`));
	page.on('dialog', d => { must(false, `${where}: a dialog`); d.dismiss(); });
	page.on('request', r => must(r.url().startsWith(`file://${directory}/`) || r.url() === 'data:,', `${where}: asks for ${r.url()}`));
	await page.setViewportSize({ width, height: 900 });
	await page.emulateMedia({ colorScheme: scheme });
	await page.goto(`file://${directory}/${kind}.html`);
	const seen = await page.evaluate(() => ({
		title: document.title, width: document.documentElement.scrollWidth, owned: !!document.getElementById('owned'),
		extra: document.querySelectorAll('script, img, iframe').length, style: getComputedStyle(document.body).backgroundColor,
		pictures: [...document.querySelectorAll('svg[role=img]')].filter(s => s.getBoundingClientRect().width < 200).length,
		anomalies: document.querySelector('#anomalies').getBoundingClientRect().top,
	}));
	must(seen.title === 'teewatch report' && !seen.owned && seen.extra === 0, `${where}: a name became markup`);
	must(seen.width <= width, `${where}: the page is ${seen.width} wide`);
	must(seen.pictures === 0, `${where}: ${seen.pictures} pictures have no room`);
	must(seen.anomalies < 900, `${where}: the anomalies are not on the first screen`);
	const bright = seen.style.match(/\d+/g).slice(0, 3).reduce((a, b) => a + Number(b), 0) > 382;
	must(bright === (scheme === 'light'), `${where}: the background is ${seen.style}`);
	if (kind !== 'large')
		await page.screenshot({ path: `${screenshots}/${kind}-${name}-${scheme}.png`, fullPage: true });
	await page.close();
}

(async () => {
	const context = await chromium.launchPersistentContext(`${directory}/profile`, { executablePath, headless: true, args });
	for (const kind of ['rich', 'hostile', 'large', 'empty'])
		for (const view of views)
			await look(context, kind, view);
	const page = await context.newPage();
	await page.goto(`file://${directory}/rich.html`);
	await page.emulateMedia({ media: 'print' });
	must((await page.pdf()).length > 10000, 'it cannot be printed');
	await context.close();
	process.exit(faults ? 1 : 0);
})().catch(e => { console.error(e); process.exit(1); });
