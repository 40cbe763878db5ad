using System.Text.Json;
using AioV2.Spec.Layout;
using AioV2.Tests;
using Microsoft.Playwright;

namespace AioV2.Pages.Tests;

/// <summary>The page of <c>aio2 explore</c>, as its readers use it.</summary>
public sealed class ExploreTests(Browser browser, ExploredSpec explored)
{
    private Task<OpenPage> Open(ColorScheme scheme = ColorScheme.Light, int width = 1200, int height = 900) => browser.OpenAsync(explored.Page, scheme, width, height);

    [Fact]
    public async Task Says_what_the_spec_holds()
    {
        await using var page = await Open();
        var spec = explored.Spec;
        await page.ExpectAsync("#summary", $"{spec.Structs.Count} structs, {spec.Attributes.Values.Count} attributes, {spec.Requirements.Count} requirements, from aio2.yaml, sha256:{spec.Hash[..16]}");
        Assert.Equal(spec.Structs.Select(s => $"struct {s.Name}"), await page.Page.Locator("#structList h3").AllInnerTextsAsync());
        Assert.Equal(spec.Attrs.Select(a => spec.Attributes.Prefix + a.Name), await page.Page.Locator("#catalogue tbody th").AllInnerTextsAsync());
        Assert.Equal(spec.Requirements.Select(r => r.Id), await page.Page.Locator("#requirementTable tbody th").AllInnerTextsAsync());
        var pi = page.Page.Locator("#catalogue tbody tr", new PageLocatorOptions { HasText = "AIO2_ATTR_TYPE_PI" });
        await Assertions.Expect(pi).ToContainTextAsync("PREAD, PWRITE, PREADV, PWRITEV");
        Assert.Equal("#struct-aio2_attr_pi", await pi.Locator("a").First.GetAttributeAsync("href"));
    }

    [Fact, Requirement("ABI-1")]
    public async Task Each_drawing_shows_each_byte_once_and_each_field_where_it_lies()
    {
        await using var page = await Open();
        var drawn = JsonSerializer.Deserialize<Dictionary<string, JsonElement[]>>(await page.Page.EvaluateAsync<string>("""
            () => JSON.stringify(Object.fromEntries([...document.querySelectorAll("#structList article")].map(a =>
              [a.id.slice("struct-".length), [...a.querySelectorAll(".cell")].map(c => [c.dataset.name, Number(c.dataset.offset), Number(c.dataset.size)])])))
            """))!;
        Assert.All(explored.Spec.Structs, definition =>
        {
            var layout = StructLayout.Of(definition);
            var cells = drawn[definition.Name].Select(c => (Name: c[0].GetString()!, Offset: c[1].GetInt32(), Size: c[2].GetInt32())).ToList();
            var at = 0;
            Assert.All(cells, cell =>
            {
                Assert.Equal(at, cell.Offset);
                at += cell.Size;
            });
            Assert.Equal(layout.Size, at);
            Assert.Equal(layout.Fields.Select(p => (p.Field.Name, p.Offset, p.Size)), cells.GroupBy(c => c.Name).Select(g => (g.Key, g.Min(c => c.Offset), g.Sum(c => c.Size))));
        });
        await page.ExpectAsync("#struct-io_event2 tbody tr:nth-child(5)", "res");
        Assert.Equal(["16", "128–191", "8", "s64"], await page.Page.Locator("#struct-io_event2 tbody tr:nth-child(5) td").AllInnerTextsAsync() is var cells ? cells.Take(4) : []);
    }

    /// <summary>Each link's file is there, and the line it leads to names the requirement.</summary>
    [Fact]
    public async Task Each_link_of_a_requirement_leads_to_a_line_that_names_it()
    {
        await using var page = await Open();
        var links = JsonSerializer.Deserialize<string[][]>(await page.Page.EvaluateAsync<string>(
            "() => JSON.stringify([...document.querySelectorAll('#requirementTable a')].map(a => [a.closest('tr').id.slice('requirement-'.length), a.href]))"))!;
        Assert.True(links.Length > 500, $"there are only {links.Length} links");
        var files = new Dictionary<string, string[]>();
        Assert.All(links, link =>
        {
            var target = new Uri(link[1]);
            var lines = files.TryGetValue(target.LocalPath, out var read) ? read : files[target.LocalPath] = File.ReadAllLines(target.LocalPath);
            if (target.Fragment.StartsWith("#L", StringComparison.Ordinal))
            {
                Assert.Contains(link[0], lines[int.Parse(target.Fragment[2..], null) - 1], StringComparison.Ordinal);
            }
            else
            {
                var anchor = target.Fragment.TrimStart('#');
                Assert.Contains(lines, line => line.Contains($"<a id=\"{anchor}\"></a>", StringComparison.Ordinal)
                    || (line.StartsWith('#') && line.TrimStart('#', ' ').Replace(' ', '-').Equals(anchor, StringComparison.OrdinalIgnoreCase)));
            }
        });
        Assert.All(explored.Spec.Requirements, r => Assert.True(links.Any(l => l[0] == r.Id && l[1].Contains("/tests/", StringComparison.Ordinal)), $"{r.Id} has no test"));
        var named = await page.Page.Locator("#requirement-GET-3 a", new PageLocatorOptions { HasText = "is refused and stays" }).AllTextContentsAsync();
        Assert.Equal(["An event larger than the buffer is refused and stays"], named);
    }

    [Fact]
    public async Task Each_link_within_the_page_leads_somewhere()
    {
        await using var page = await Open();
        Assert.Empty(await page.Page.EvaluateAsync<string[]>("[...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.getAttribute('href')).filter(h => !document.getElementById(decodeURIComponent(h.slice(1))))"));
    }

    [Fact]
    public async Task Finds_a_requirement()
    {
        await using var page = await Open();
        await page.Page.FillAsync("#wanted", "ring-4");
        var shown = page.Page.Locator("#requirementTable tbody tr:visible");
        Assert.Contains("requirement-RING-4", await shown.EvaluateAllAsync<string[]>("rows => rows.map(r => r.id)"));
        await page.ExpectAsync("#found", $"{await shown.CountAsync()} of {explored.Spec.Requirements.Count}");
        await page.Page.Locator("#requirement-RING-4 summary").First.ClickAsync();
        await Assertions.Expect(page.Page.Locator("#requirement-RING-4 ul.places a").First).ToBeVisibleAsync();
        await page.Page.Locator("#struct-aio2_wait a", new PageLocatorOptions { HasText = "GET-2" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#requirement-GET-2")).ToBeInViewportAsync();
    }

    [Fact]
    public async Task Says_so_where_there_were_no_sources()
    {
        await using var page = await browser.OpenAsync(explored.Bare);
        await Assertions.Expect(page.Page.Locator("#noSources")).ToBeVisibleAsync();
        await page.ExpectAsync("#requirement-GET-3", "not looked at");
        Assert.Equal(0, await page.Page.Locator("#requirementTable a").CountAsync());
        await using var whole = await Open();
        await Assertions.Expect(whole.Page.Locator("#noSources")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Everything_works_by_keyboard()
    {
        await using var page = await Open();
        var keys = page.Page.Keyboard;
        foreach (var (key, title) in new[] { ("s", "structsTitle"), ("a", "attributesTitle"), ("r", "requirementsTitle"), ("w", "whatifTitle"), ("/", "wanted") })
        {
            await keys.PressAsync(key);
            Assert.Equal(title, await page.Page.EvaluateAsync<string>("document.activeElement.id"));
        }

        await keys.TypeAsync("overflow");
        await page.ExpectAsync("#found", $" of {explored.Spec.Requirements.Count}");
        await page.Page.FocusAsync("#type");
        var before = await page.TextAsync("#verdict");
        await keys.PressAsync("ArrowUp");
        await Assertions.Expect(page.Page.Locator("#verdict")).Not.ToHaveTextAsync(before);
        await page.Page.FocusAsync("h2#whatifTitle");
        await keys.PressAsync("t");
        Assert.Equal("dark", await page.Page.EvaluateAsync<string>("document.documentElement.dataset.theme"));
        Assert.Equal("true", await page.Page.GetAttributeAsync("#theme", "aria-pressed"));

        // Each control is reached by Tab, and shows that it has the focus.
        await page.Page.EvaluateAsync("document.activeElement.blur(); document.querySelector('.skip').focus()");
        var reached = new HashSet<string>();
        for (var i = 0; i < 60; i++)
        {
            reached.Add(await page.Page.EvaluateAsync<string>("document.activeElement.id || document.activeElement.tagName"));
            Assert.NotEqual("none", await page.Page.EvaluateAsync<string>("document.activeElement === document.body ? 'body' : getComputedStyle(document.activeElement).outlineStyle"));
            await keys.PressAsync("Tab");
        }

        Assert.Superset(new HashSet<string>(["A", "theme", "struct", "place", "type", "BUTTON"]), reached);
    }

    [Fact]
    public async Task A_screen_reader_is_told_the_same()
    {
        await using var page = await Open();
        var roles = new (AriaRole Role, string Name)[]
        {
            (AriaRole.Navigation, "Sections"), (AriaRole.Region, "What if I add this field here?"), (AriaRole.Region, "Structs"), (AriaRole.Combobox, "Struct"), (AriaRole.Combobox, "Place"),
            (AriaRole.Combobox, "Type"), (AriaRole.Checkbox, "reserve what a compiler would leave empty"), (AriaRole.Searchbox, "Find"), (AriaRole.Article, "struct io_event2"),
            (AriaRole.Img, "struct io_event2, drawn in rows of eight bytes; the table tells the same"), (AriaRole.Button, "Dark"),
        };
        foreach (var (role, name) in roles)
        {
            Assert.True(await page.Page.GetByRole(role, new PageGetByRoleOptions { Name = name, Exact = true }).CountAsync() == 1, $"{role} '{name}'");
        }

        Assert.Equal(1, await page.Page.GetByRole(AriaRole.Main).CountAsync());
        Assert.Equal(1, await page.Page.GetByRole(AriaRole.Banner).CountAsync());
        Assert.Equal("polite", await page.Page.GetAttributeAsync("#verdict", "aria-live"));
        Assert.Equal("en", await page.Page.GetAttributeAsync("html", "lang"));
        Assert.Equal(0, await page.Page.EvaluateAsync<int>("[...document.querySelectorAll('th')].filter(t => !t.scope).length"));
        Assert.Equal(0, await page.Page.EvaluateAsync<int>("[...document.querySelectorAll('tbody tr')].filter(r => r.closest('article, #catalogue, #requirementTable') && !r.querySelector('th[scope=row]') && r.cells.length > 2).length"));
        Assert.Equal(0, await page.Page.EvaluateAsync<int>("[...document.querySelectorAll('button, select, input')].filter(e => !(e.textContent.trim() || e.labels?.length || e.getAttribute('aria-label'))).length"));
        Assert.Empty(await page.Page.EvaluateAsync<string[]>("(() => { const ids = [...document.querySelectorAll('[id]')].map(e => e.id); return ids.filter((id, i) => ids.indexOf(id) !== i); })()"));
    }

    [Theory, InlineData(ColorScheme.Light), InlineData(ColorScheme.Dark)]
    public async Task Every_text_has_enough_contrast(ColorScheme scheme)
    {
        await using var page = await Open(scheme);
        await page.Page.SelectOptionAsync("#struct", "aio2_wait");
        await page.Page.SelectOptionAsync("#place", "3");
        await page.Page.SelectOptionAsync("#type", new SelectOptionValue { Label = "u32" });
        await page.ExpectAsync("#verdict", "4 of them in holes");
        await page.Page.Locator("#requirement-RING-4 summary").First.ClickAsync();
        await page.ExpectContrastAsync();
        await page.Page.EvaluateAsync("scrollTo(0, 0)");
        await page.KeepPictureAsync($"explore-{scheme}".ToLowerInvariant());
        await page.Page.ClickAsync("#theme");
        await page.ExpectContrastAsync();
    }

    [Fact]
    public async Task A_phone_shows_all_without_sideways_scrolling()
    {
        await using var page = await Open(width: 360, height: 740);
        await page.ExpectNoSidewaysScrollingAsync();
        await page.Page.EvaluateAsync("for (const d of document.querySelectorAll('#requirement-RING-4 details, #requirement-ABI-1 details')) d.open = true");
        await page.ExpectNoSidewaysScrollingAsync();
        await page.KeepPictureAsync("explore-phone");
    }
}
