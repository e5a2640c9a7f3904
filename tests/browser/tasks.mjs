// How long a page's own thread is busy without a break.

/**
 * The tasks of the page's own thread while `act` runs with the focus in the search field, on a processor that is four
 * times slower: milliseconds of that thread, longest first. What other programs take from it meanwhile is not counted;
 * what `act` asks the page for is.
 *
 * `page` must be the only one of its browser.
 */
export async function tasksDuring(page, act) {
  await page.evaluate(() => document.querySelector("input[name=q]").focus());
  const session = await page.context().newCDPSession(page);
  const browser = page.context().browser();
  await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  await browser.startTracing(page, { categories: ["disabled-by-default-devtools.timeline", "devtools.timeline", "toplevel"] });
  await act();
  const { traceEvents } = JSON.parse(await browser.stopTracing());
  await session.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  await session.detach();
  const threads = traceEvents.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain");
  const isOfPage = (event) => threads.some(({ pid, tid }) => event.pid === pid && event.tid === tid);
  const tasks = traceEvents.filter((event) => event.name === "RunTask" && event.tdur !== undefined && isOfPage(event));
  return tasks.map(({ tdur }) => tdur / 1000).sort((a, b) => b - a);
}
