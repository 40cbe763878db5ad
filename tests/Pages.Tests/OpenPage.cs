using Microsoft.Playwright;

namespace AioV2.Pages.Tests;

/// <summary>A page that was opened, and everything it complained of. Disposing fails the test if it did.</summary>
public sealed class OpenPage : IAsyncDisposable
{
    // WCAG's relative luminance and contrast, over every text that is in sight; and what each is drawn on.
    private const string Contrasts = """
        () => {
          const channel = c => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
          const parse = text => (text.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number);
          const luminance = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
          const ground = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
          const found = [];
          for (const e of document.querySelectorAll("body *")) {
            const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
            const box = e.getBoundingClientRect();
            if (!own || !box.width || ["SCRIPT", "STYLE", "OPTION"].includes(e.tagName) || e.closest("[hidden]")) continue;
            const a = luminance(parse(getComputedStyle(e).color)), b = luminance(ground(e));
            found.push({ text: e.tagName + " " + e.textContent.trim().slice(0, 40), ratio: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) });
          }
          return found;
        }
        """;

    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    private OpenPage(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) => Complain(message.Type is "error" or "warning" ? message.Text : null);
        page.PageError += (_, error) => Complain(error);
        page.Request += (_, request) => Complain(request.Url.StartsWith("file:", StringComparison.Ordinal) || request.Url.StartsWith("data:", StringComparison.Ordinal)
            || request.Url.StartsWith("blob:", StringComparison.Ordinal) ? null : $"it asks for {request.Url}");
    }

    /// <summary>The page itself.</summary>
    public IPage Page { get; }

    internal static async Task<OpenPage> LoadAsync(IBrowserContext context, string file)
    {
        var page = new OpenPage(context, await context.NewPageAsync());
        await page.Page.GotoAsync("file://" + file);
        await page.Page.WaitForSelectorAsync("body[data-ready=true]", new PageWaitForSelectorOptions { State = WaitForSelectorState.Attached });
        return page;
    }

    /// <summary>Text of an element.</summary>
    public Task<string> TextAsync(string selector) => Page.Locator(selector).InnerTextAsync();

    /// <summary>Waits until an element's text holds another text.</summary>
    public Task ExpectAsync(string selector, string text) => Assertions.Expect(Page.Locator(selector)).ToContainTextAsync(text);

    /// <summary>Waits until what was asked for is drawn: texts beside a picture change with it, and on a busy machine that is later.</summary>
    public Task DrawnAsync() => Page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");

    /// <summary>Every text has the contrast that WCAG AA wants of small text.</summary>
    public async Task ExpectContrastAsync()
    {
        var found = await Page.EvaluateAsync<Dictionary<string, object>[]>(Contrasts);
        Assert.True(found.Length > 10, "hardly any text was found");
        Assert.Empty(found.Where(f => Convert.ToDouble(f["ratio"], null) < 4.5).Select(f => $"{f["text"]}: {f["ratio"]}"));
    }

    /// <summary>Nothing sticks out at the side.</summary>
    public async Task ExpectNoSidewaysScrollingAsync()
    {
        var widths = await Page.EvaluateAsync<int[]>("() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]");
        Assert.True(widths[0] <= widths[1], $"the page is {widths[0]} wide, the window {widths[1]}");
    }

    /// <summary>Keeps a picture in <c>artifacts/screenshots</c>.</summary>
    public Task KeepPictureAsync(string name, bool whole = false) => Page.ScreenshotAsync(new PageScreenshotOptions
    {
        Path = Path.Combine(Repository.Root, "artifacts", "screenshots", name + ".png"), FullPage = whole,
    });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _context.CloseAsync();
        lock (_complaints)
        {
            Assert.Empty(_complaints);
        }
    }

    private void Complain(string? what)
    {
        if (what is not null)
        {
            lock (_complaints)
            {
                _complaints.Add(what);
            }
        }
    }
}
