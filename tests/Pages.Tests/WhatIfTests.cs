using System.Text;
using System.Text.Json;
using AioV2.Spec.Diff;
using AioV2.Spec.Layout;
using AioV2.Spec.Lint;
using AioV2.Spec.Model;
using AioV2.Spec.Parse;
using AioV2.Spec.WhatIf;
using AioV2.Tests;
using Microsoft.Playwright;

namespace AioV2.Pages.Tests;

/// <summary>What the page of <c>aio2 explore</c> answers to "what if I add this field here?".</summary>
public sealed class WhatIfTests(Browser browser, ExploredSpec explored)
{
    private const int Samples = 80;

    private static readonly string Text = File.ReadAllText(ExploredSpec.SpecPath);

    private Task<OpenPage> Open() => browser.OpenAsync(explored.Page);

    private static async Task Ask(OpenPage page, string name, string place, string type)
    {
        await page.Page.SelectOptionAsync("#struct", name);
        var option = page.Page.Locator("#place option").Filter(new LocatorFilterOptions { HasText = place });
        await page.Page.SelectOptionAsync("#place", (await option.First.GetAttributeAsync("value"))!);
        await page.Page.SelectOptionAsync("#type", new SelectOptionValue { Label = type });
    }

    /// <summary>The spec is written anew as the page lays the struct out, and the tools are asked about the whole of it.</summary>
    [Fact, Requirement("ABI-4")]
    public async Task Every_verdict_is_that_of_diff_and_lint_on_the_spec_written_so()
    {
        await using var page = await Open();
        var random = new Random(12);
        var types = await page.Page.EvaluateAsync<string[]>("answers.types");
        var old = SpecParser.ParseUnchecked(Encoding.UTF8.GetBytes(Text), "aio2.yaml");
        var said = SpecLint.Run(Encoding.UTF8.GetBytes(Text), "aio2.yaml").Findings.Select(f => (f.Rule.Id, f.Message)).ToHashSet();
        var (breaking, found, filled) = (0, 0, 0);
        for (var i = 0; i < Samples; i++)
        {
            var definition = old.Structs[random.Next(old.Structs.Count)];
            var slots = FieldSlot.Of(definition).ToList();
            var (slot, type, fill) = (random.Next(slots.Count), random.Next(types.Length), i % 3 == 0);
            var which = $"{definition.Name}, {slots[slot]}, {types[type]}, filled {fill}";
            var answer = JsonSerializer.Deserialize<JsonElement>(await page.Page.EvaluateAsync<string>(
                "([name, slot, type, fill]) => JSON.stringify(caseOf(meta.structs.find(s => s.name === name), slot, type, fill))", new object[] { definition.Name, slot, type, fill }));

            var parts = answer.GetProperty("parts").EnumerateArray().ToArray();
            AssertPlace(definition, slots[slot], types[type], parts, which);
            var utf8 = WrittenSpec.With(Text, definition.Name, answer.GetProperty("size").GetInt32(), parts);
            var now = SpecParser.ParseUnchecked(utf8, "aio2.yaml");
            AssertLayout(StructLayout.Of(now.Struct(definition.Name)!), answer, which);
            var diff = SpecDiff.Compare(old, now);
            AssertDiff(diff, answer, which);
            var findings = SpecLint.Run(utf8, "aio2.yaml").Findings.Select(f => (f.Rule.Id, f.Message)).Where(f => !said.Contains(f)).Order();
            Assert.Equal(findings, answer.GetProperty("findings").EnumerateArray().Select(f => (f.GetProperty("rule").GetString()!, f.GetProperty("message").GetString()!)).Order());
            (breaking, found, filled) = (breaking + (diff.IsBreaking ? 1 : 0), found + (findings.Any() ? 1 : 0), filled + (fill && answer.GetProperty("canFill").GetBoolean() ? 1 : 0));
        }

        Assert.InRange(breaking, 10, Samples - 10);
        Assert.InRange(found, 10, Samples - 10);
        Assert.True(filled > 3, "holes were hardly ever filled");
    }

    // Before the field that was named, or at the end, with the type that was asked about; nothing else is new but what fills holes.
    private static void AssertPlace(StructDef definition, FieldSlot slot, string type, JsonElement[] parts, string which)
    {
        var names = parts.Where(p => p.GetProperty("kind").GetString() != "hole").Select(p => p.GetProperty("name").GetString()!)
            .Where(n => !n.StartsWith("reserved_added", StringComparison.Ordinal)).ToList();
        var expected = definition.Fields.Select(f => f.Name).ToList();
        expected.Insert(slot.Index, "added");
        if (slot.FromReserved && !names.Contains(definition.Fields[slot.Index].Name))
        {
            expected.RemoveAt(slot.Index + 1);
        }

        Assert.True(expected.SequenceEqual(names), $"{which}: {string.Join(' ', names)}");
        Assert.Equal(type, parts.Single(p => p.GetProperty("name").GetString() == "added").GetProperty("type").GetString());
    }

    private static void AssertLayout(StructLayout layout, JsonElement answer, string which)
    {
        var places = layout.Fields.Select(p => (p.Field.Name, p.Offset, p.Size)).Concat(layout.Holes.Select(h => ("", h.Offset, h.Size))).OrderBy(p => p.Offset);
        var drawn = answer.GetProperty("parts").EnumerateArray().Select(p => (p.GetProperty("name").GetString()!, p.GetProperty("offset").GetInt32(), p.GetProperty("size").GetInt32()));
        Assert.True(places.SequenceEqual(drawn), which);
        Assert.Equal((layout.Size, layout.Alignment), (answer.GetProperty("size").GetInt32(), answer.GetProperty("alignment").GetInt32()));
    }

    private static void AssertDiff(SpecDiff diff, JsonElement answer, string which)
    {
        var changes = DiffReport.Ordered(diff).Select(c =>
            (c.Kind, c.Subject, c.Old, c.New, (int)c.OldProgram.Verdict, c.OldProgram.Why, (int)c.NewProgram.Verdict, c.NewProgram.Why));
        var told = answer.GetProperty("changes").EnumerateArray().Select(c => (
            c.GetProperty("kind").GetString()!, c.GetProperty("subject").GetString()!, c.GetProperty("was").GetString(), c.GetProperty("now").GetString(),
            c.GetProperty("oldVerdict").GetInt32(), c.GetProperty("oldWhy").GetString()!, c.GetProperty("newVerdict").GetInt32(), c.GetProperty("newWhy").GetString()!));
        Assert.True(changes.SequenceEqual(told), which);
        Assert.Equal(
            ((int)diff.OldPrograms, (int)diff.NewPrograms, DiffReport.Summary(diff)),
            (answer.GetProperty("oldPrograms").GetInt32(), answer.GetProperty("newPrograms").GetInt32(), answer.GetProperty("summary").GetString()));
    }

    [Fact, Requirement("ABI-4")]
    public async Task Growing_at_the_end_is_fine_where_a_struct_may_grow_and_breaks_where_it_may_not()
    {
        await using var page = await Open();
        await Ask(page, "aio2_wait", "at the end", "u64");
        await page.ExpectAsync("#verdict", "aio2_wait, u64 at the end (byte 40): 48 bytes instead of 40.");
        await page.ExpectAsync("#verdict", "Old programs on a new kernel: compatible");
        await page.ExpectAsync("#verdict", "New programs on an old kernel: compatible-but-new");
        await page.ExpectAsync("#verdict", "Lint: nothing to say");
        await page.ExpectAsync("#diff", "field-appended");
        await Ask(page, "iocb2", "at the end", "u64");
        await page.ExpectAsync("#verdict", "Old programs on a new kernel: breaking");
        await page.ExpectAsync("#diff", "the struct never grows");
    }

    [Fact, Requirement("ABI-4")]
    public async Task A_field_in_the_middle_moves_what_follows_and_one_of_reserved_bytes_moves_nothing()
    {
        await using var page = await Open();
        await Ask(page, "aio2_wait", "before sigmask", "u64");
        await page.ExpectAsync("#verdict", "Old programs on a new kernel: breaking");
        await page.ExpectAsync("#diff", "aio2_wait.sigmask field-moved");
        await page.ExpectAsync("#after", "was at 24; Pointer to the signal mask");
        await Ask(page, "aio2_wait", "of the reserved bytes 36 to 39", "u32");
        await page.ExpectAsync("#verdict", "40 bytes as before");
        await page.ExpectAsync("#verdict", "Old programs on a new kernel: compatible");
        await page.ExpectAsync("#diff", "field-from-reserved");
        Assert.DoesNotContain("was at", await page.TextAsync("#after"), StringComparison.Ordinal);
    }

    [Fact, Requirement("ABI-1")]
    public async Task A_hole_is_shown_and_found_and_can_be_reserved()
    {
        await using var page = await Open();
        await Ask(page, "aio2_wait", "at the end", "u8");
        await page.ExpectAsync("#verdict", "48 bytes instead of 40, 7 of them in holes");
        await page.ExpectAsync("#lint", "padding: aio2_wait ends with 7 bytes of implicit padding at offset 41");
        Assert.Equal(1, await page.Page.Locator("#after .cell.hole").CountAsync());
        await page.Page.CheckAsync("#fill");
        await page.ExpectAsync("#verdict", "Lint: nothing to say");
        Assert.Equal(0, await page.Page.Locator("#after .cell.hole").CountAsync());
        await page.ExpectAsync("#after", "reserved_added");
    }

    [Fact]
    public async Task A_question_begins_at_a_field_and_can_be_passed_on()
    {
        await using var page = await Open();
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "What if a field is added to aio2_extack of the reserved bytes 12 to 15 (reserved)" }).ClickAsync();
        Assert.Equal("type", await page.Page.EvaluateAsync<string>("document.activeElement.id"));
        await page.Page.SelectOptionAsync("#type", new SelectOptionValue { Label = "u16" });
        await page.ExpectAsync("#verdict", "aio2_extack, u16 of the reserved bytes 12 to 15 (reserved): 32 bytes as before");
        var address = await page.Page.EvaluateAsync<string>("location.hash");
        await Ask(page, "aio2_vec", "at the end", "u8");
        await page.Page.EvaluateAsync("hash => { location.hash = hash; }", address);
        await page.ExpectAsync("#verdict", "aio2_extack, u16 of the reserved bytes 12 to 15 (reserved): 32 bytes as before");
    }
}
