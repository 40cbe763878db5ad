using Microsoft.Playwright;

namespace AioV2.Pages.Tests;

/// <summary>The page of <c>aio2 trace view</c>, as its readers use it.</summary>
public sealed class TraceViewTests(Browser browser, ITestOutputHelper output) : IDisposable
{
    private const int Few = 100;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aio2-pages-");

    public void Dispose() => _folder.Delete(recursive: true);

    private Task<OpenPage> Open(int count = Few, ColorScheme scheme = ColorScheme.Light, int width = 1200, int height = 900) =>
        browser.OpenAsync(TracePages.Nops(_folder.FullName, count), scheme, width, height);

    private static Task<double> Time(OpenPage page) => page.Page.EvaluateAsync<double>("traceApp.time");

    [Fact]
    public async Task Says_what_was_recorded()
    {
        await using var page = await Open();
        await page.ExpectAsync("#summary", "a program on threads");
        await page.ExpectAsync("#summary", "100 requests, 1 contexts, 101 calls");
        await page.ExpectAsync("#page", "1 to 50 of 100");
        await page.ExpectAsync("#latencyText", "100 requests: half within 1.0 µs");
        Assert.Equal("AIO v2 trace", await page.Page.TitleAsync());
    }

    [Fact]
    public async Task Head_and_tail_move_as_time_is_stepped_and_scrubbed()
    {
        await using var page = await Open();
        await page.ExpectAsync("#ringText", "head 0, tail 0");
        await page.Page.ClickAsync("#end");
        await page.ExpectAsync("#ringText", "head 4752, tail 4800, 48 of 4096 bytes in the ring");
        await page.Page.ClickAsync("#start");
        await page.ExpectAsync("#ringText", "head 0, tail 0");
        for (var i = 0; (await page.TextAsync("#ringText")).Contains("tail 0,", StringComparison.Ordinal); i++)
        {
            Assert.True(i < 20, "stepping does not reach the first event");
            await page.Page.ClickAsync("#step");
            await page.DrawnAsync();
        }

        await page.ExpectAsync("#ringText", "tail 48, 48 of");
        await page.ExpectAsync("#now", "11.0 of 1001.0 µs");
        await page.ExpectAsync("#now", "request 1/0 completed");
        var before = await Time(page);
        await page.Page.ClickAsync("#back");
        Assert.True(await Time(page) < before);
        await page.Page.Locator("#scrub").FillAsync("5000");
        Assert.Equal(500_500, await Time(page), 1.0);
    }

    [Fact]
    public async Task Plays_and_pauses()
    {
        await using var page = await Open();
        await page.Page.SelectOptionAsync("#speed", "5");
        await page.Page.ClickAsync("#play");
        await page.Page.WaitForFunctionAsync("traceApp.time > 0");
        await page.ExpectAsync("#play", "Pause");
        await page.Page.ClickAsync("#play");
        await page.ExpectAsync("#now", "Paused");
        var time = await Time(page);
        await page.DrawnAsync();
        Assert.Equal(time, await Time(page));
    }

    [Fact]
    public async Task Finds_a_request_and_shows_its_life_attributes_and_returns()
    {
        await using var page = await Open();
        await page.Page.FillAsync("#wanted", "0x3ef");
        await page.Page.ClickAsync("#search button");
        await page.ExpectAsync("#now", "Request 1/7 chosen");
        await page.ExpectAsync("#details", "Request 7 of context 1");
        await page.ExpectAsync("#details", "80.5 µs, 500 ns later");
        await page.ExpectAsync("#details", "Attribute TRACE_ID");
        await page.ExpectAsync("#details", "Return TRACE_ID");
        await page.ExpectAsync("#details", "43981");
        await page.ExpectAsync("#details", "-EIO");
        await page.ExpectAsync("tr.chosen", "1/7");
        await page.Page.FillAsync("#wanted", "5000");
        await page.Page.PressAsync("#wanted", "Enter");
        await page.ExpectAsync("#now", "No request has the user_data 5000");
        await page.Page.FillAsync("#wanted", "seven");
        await page.Page.PressAsync("#wanted", "Enter");
        await page.ExpectAsync("#now", "is no number");
    }

    [Fact]
    public async Task Jumps_to_overflow_episodes_and_errors()
    {
        await using var page = await Open();
        await page.Page.ClickAsync("#overflowNext");
        await page.ExpectAsync("#now", "Overflow episode 1 of 1");
        await page.ExpectAsync("#ringText", "24 bytes on the overflow list; flags: OVERFLOW");
        await page.Page.ClickAsync("#overflowNext");
        await page.ExpectAsync("#now", "No overflow episode after this");
        await page.Page.ClickAsync("#start");
        await page.Page.ClickAsync("#errorNext");
        await page.ExpectAsync("#now", "Error 1 of 1: -EIO");
        await page.ExpectAsync("#details", "Request 7 of");
    }

    [Fact]
    public async Task What_was_issued_without_a_context_is_shown_as_a_life_of_its_own()
    {
        await using var page = await browser.OpenAsync(TracePages.Issued(_folder.FullName));
        await page.ExpectAsync("#summary", "1 requests, 1 contexts, 2 calls");
        await page.ExpectAsync("#context", "io_issue2");
        await page.Page.FillAsync("#wanted", "1007");
        await page.Page.PressAsync("#wanted", "Enter");
        await page.ExpectAsync("#details", "Request 0 of io_issue2");
        await page.ExpectAsync("#details", "5.0 µs, 2.0 µs later");
        await page.ExpectAsync("#details", "-EIO");
    }

    [Fact]
    public async Task The_overflow_list_fills_and_drains()
    {
        await using var page = await Open();
        var levels = await page.Page.EvaluateAsync<double[]>("Array.from(traceApp.trace.rings[0].list).slice(18, 33)");
        Assert.Equal([0, 0, .. Enumerable.Range(1, 10).Select(i => i * 24.0), 0, 0, 0], levels);
        Assert.Equal(0, await page.Page.EvaluateAsync<int>("Array.from(traceApp.trace.inRing).filter(t => t < 0).length"));
        Assert.Equal(10, await page.Page.EvaluateAsync<int>("Array.from(traceApp.trace.inRing).filter((t, i) => t > traceApp.trace.completed[i]).length"));
    }

    [Fact]
    public async Task Everything_works_by_keyboard()
    {
        await using var page = await Open();
        var keys = page.Page.Keyboard;
        await page.Page.ClickAsync("h1");
        await keys.PressAsync("End");
        await page.ExpectAsync("#now", "1001.0 of 1001.0 µs");
        await keys.PressAsync("Home");
        await keys.PressAsync("ArrowRight");
        await keys.PressAsync("ArrowRight");
        Assert.True(await Time(page) > 0);
        await keys.PressAsync("e");
        await page.ExpectAsync("#now", "Error 1 of 1");
        await keys.PressAsync("o");
        await page.ExpectAsync("#now", "Overflow episode 1 of 1");
        await keys.PressAsync("/");
        await page.Page.Keyboard.TypeAsync("1005");
        await keys.PressAsync("Enter");
        await page.ExpectAsync("#details", "Request 5 of");
        await page.Page.FocusAsync("#lives");
        await keys.PressAsync("ArrowDown");
        await page.ExpectAsync("#details", "Request 6 of");
        var width = await page.Page.EvaluateAsync<double>("lives.to - lives.from");
        await keys.PressAsync("+");
        Assert.Equal(width / 2, await page.Page.EvaluateAsync<double>("lives.to - lives.from"), 1.0);
        await keys.PressAsync("0");
        Assert.Equal(width, await page.Page.EvaluateAsync<double>("lives.to - lives.from"), 1.0);
        await keys.PressAsync("t");
        Assert.Equal("dark", await page.Page.EvaluateAsync<string>("document.documentElement.dataset.theme"));
        await keys.PressAsync(" ");
        Assert.True(await page.Page.EvaluateAsync<bool>("traceApp.playing"));
        await keys.PressAsync(" ");

        // Each control is reached by Tab, and shows that it has the focus.
        await page.Page.FocusAsync("#theme");
        var reached = new HashSet<string>();
        for (var i = 0; i < 40; i++)
        {
            await keys.PressAsync("Tab");
            reached.Add(await page.Page.EvaluateAsync<string>("document.activeElement.id || document.activeElement.tagName"));
            Assert.NotEqual("none", await page.Page.EvaluateAsync<string>("document.activeElement === document.body ? 'body' : getComputedStyle(document.activeElement).outlineStyle"));
        }

        Assert.Superset(new HashSet<string>(["start", "back", "play", "step", "end", "speed", "context", "scrub", "overflowNext", "errorNext", "wanted", "zoomIn", "fit", "lives"]), reached);
    }

    [Fact]
    public async Task A_screen_reader_is_told_the_same()
    {
        await using var page = await Open();
        Assert.Equal(0, await page.Page.EvaluateAsync<int>("[...document.querySelectorAll('button, select, input')].filter(e => !(e.textContent.trim() || e.labels?.length || e.getAttribute('aria-label'))).length"));
        Assert.Equal("polite", await page.Page.GetAttributeAsync("#now", "aria-live"));
        Assert.Equal("ringText", await page.Page.GetAttributeAsync("#ring", "aria-describedby"));
        Assert.Equal("en", await page.Page.GetAttributeAsync("html", "lang"));
        await page.Page.ClickAsync("#end");
        await Assertions.Expect(page.Page.Locator("#scrub")).ToHaveAttributeAsync("aria-valuetext", "1001.0 microseconds");
        Assert.Equal(9, await page.Page.Locator("thead th[scope=col]").CountAsync());
        Assert.Equal(50, await page.Page.Locator("tbody tr").CountAsync());
        await page.Page.ClickAsync("#pageNext");
        await page.ExpectAsync("tbody tr:last-child", "1/99");
    }

    [Fact]
    public async Task A_click_on_a_bar_chooses_its_request()
    {
        await using var page = await Open();
        var canvas = page.Page.Locator("#lives");
        await page.Page.ClickAsync("#fit");
        var x = await page.Page.EvaluateAsync<double>("(traceApp.trace.submit[40] + 500 - lives.from) / (lives.to - lives.from) * document.getElementById('lives').clientWidth");
        await canvas.ClickAsync(new LocatorClickOptions { Position = new Position { X = (float)x, Y = 24 + 7 } });
        await page.ExpectAsync("#details", "Request 40 of");
        await canvas.HoverAsync();
        await page.Page.Keyboard.DownAsync("Control");
        await page.Page.Mouse.WheelAsync(0, -300);
        await page.Page.Keyboard.UpAsync("Control");
        await page.Page.WaitForFunctionAsync("lives.to - lives.from < 900000");
    }

    [Theory, InlineData(ColorScheme.Light), InlineData(ColorScheme.Dark)]
    public async Task Every_text_has_enough_contrast(ColorScheme scheme)
    {
        await using var page = await Open(scheme: scheme);
        await page.Page.ClickAsync("#errorNext");
        await page.ExpectAsync("#details", "Return TRACE_ID");
        await page.ExpectContrastAsync();
        await page.KeepPictureAsync($"trace-{scheme}".ToLowerInvariant(), whole: true);
        await page.Page.ClickAsync("#theme");
        await page.ExpectContrastAsync();
    }

    [Fact]
    public async Task A_phone_shows_all_without_sideways_scrolling()
    {
        await using var page = await Open(width: 360, height: 740);
        await page.ExpectNoSidewaysScrollingAsync();
        await page.Page.ClickAsync("#errorNext");
        await page.DrawnAsync();
        await page.ExpectNoSidewaysScrollingAsync();
        await page.KeepPictureAsync("trace-phone");
    }

    [Fact]
    public async Task A_hundred_thousand_requests_are_drawn_as_far_as_they_are_in_sight()
    {
        const int Many = 100_000;
        var file = TracePages.Nops(_folder.FullName, Many);
        await using var page = await browser.OpenAsync(file);
        await page.DrawnAsync();
        output.WriteLine($"{Many} requests, {new FileInfo(file).Length} bytes: open after {await page.Page.GetAttributeAsync("body", "data-milliseconds")} ms");
        await page.ExpectAsync("#summary", "100000 requests");
        Assert.Equal(50, await page.Page.Locator("tbody tr").CountAsync());

        // At most one bar for each dot of both lanes.
        var all = await page.Page.EvaluateAsync<int>("traceApp.drawn");
        Assert.InRange(all, 500, 3000);
        var spent = await page.Page.EvaluateAsync<double>("""
            () => new Promise(done => {
              let frames = 0;
              const began = performance.now();
              const next = () => { panLives(traceApp.trace, 1e6); traceApp.redraw(); if (++frames < 60) requestAnimationFrame(next); else done((performance.now() - began) / frames); };
              zoomLives(traceApp.trace, 0.01, 0);
              requestAnimationFrame(next);
            })
            """);
        output.WriteLine($"{spent:0.0} ms for each picture while scrolling");
        Assert.InRange(await page.Page.EvaluateAsync<int>("traceApp.drawn"), 500, 3000);
        await page.Page.FillAsync("#wanted", "100999");
        await page.Page.PressAsync("#wanted", "Enter");
        await page.ExpectAsync("#details", "Request 99999 of");
    }
}
