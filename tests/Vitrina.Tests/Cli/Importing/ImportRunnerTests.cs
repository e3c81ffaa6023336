using System.Text.Json;
using Vitrina.Cli.Importing;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Cli.Importing;

public sealed class ImportRunnerTests
{
    private const string Items =
        "{\"id\":\"i1\",\"vertical\":\"goods\",\"attributes\":{\"title\":\"t\",\"category\":\"c\",\"price\":10}}\n" +
        "{\"id\":\"i2\",\"at\":1700000003000,\"vertical\":\"goods\",\"attributes\":{\"title\":\"t\",\"category\":\"c\",\"price\":20}}\n";

    private const string Rankings = "{\"id\":\"r1\",\"at\":1700000003000,\"surface\":\"search\",\"items\":[\"i1\",\"i2\"]}\n";

    private const string Events =
        "{\"id\":\"e2\",\"type\":\"click\",\"occurredAt\":1700000003000,\"item\":\"i1\"}\n" +
        "{\"id\":\"e1\",\"type\":\"view\",\"occurredAt\":1700000002000,\"item\":\"i1\"}\n" +
        "{\"id\":\"e3\",\"type\":\"view\",\"occurredAt\":1700000004000,\"item\":\"nobody\"}\n" +
        "not json\n";

    private static void Write(ImportFixture fixture)
    {
        fixture.Write("items.jsonl", Items);
        fixture.Write("rankings.jsonl", Rankings);
        fixture.Write("events.jsonl.gz", Events);
        fixture.Write("users.jsonl", "{\"id\":\"u\",\"attributes\":{\"region\":\"msk\"}}\n");
        fixture.Write("features.jsonl", "{\"table\":\"seller_quality\",\"key\":\"s\",\"columns\":{\"rating\":4}}\n");
    }

    [Fact]
    public async Task A_folder_is_imported_in_the_order_of_time_and_wrong_lines_are_listed()
    {
        using var fixture = new ImportFixture();
        Write(fixture);
        var report = await fixture.ImportAsync(ImportPlan.OfCanonical(fixture.Folder, "goods"));
        EntryKind[] expected =
            [EntryKind.ItemPut, EntryKind.UserPut, EntryKind.FeatureRows, EntryKind.Event, EntryKind.ItemPut, EntryKind.Event, EntryKind.Ranking];
        Assert.Equal(expected, fixture.Entries.Select(entry => entry.Kind));
        Assert.Equal(["e1", "e2"], fixture.Events.Select(read => read.Id));

        // What says no time was there when the imported history begins.
        Assert.Equal(1_700_000_002_000, fixture.Changes.First().AtMs);
        Assert.Equal([(3L, "unknown_item"), (4L, "invalid_json")], report.Refused.Select(line => (line.Line, line.Code)));
        Assert.Equal((2, 2), (report.Kinds[ImportKind.Events].Accepted, report.Kinds[ImportKind.Events].Refused));
        var written = File.ReadAllLines(fixture.RefusedFile);
        Assert.Equal(2, written.Length);
        Assert.Equal("unknown_item", JsonDocument.Parse(written[0]).RootElement.GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_second_run_adds_nothing()
    {
        using var fixture = new ImportFixture();
        Write(fixture);
        await fixture.ImportAsync(ImportPlan.OfCanonical(fixture.Folder, "goods"));
        var before = fixture.Entries.Count();
        var again = await fixture.ImportAsync(ImportPlan.OfCanonical(fixture.Folder, "goods"));
        Assert.Equal(before, fixture.Entries.Count());
        Assert.Equal(before, again.Kinds.Values.Sum(counts => counts.Duplicates));
    }

    [Fact]
    public async Task Only_the_first_change_of_an_item_can_be_unchanged()
    {
        using var fixture = new ImportFixture();
        fixture.Write("items.jsonl", Items.Split('\n')[1] + "\n"
            + "{\"op\":\"patch\",\"id\":\"i2\",\"at\":1700000004000,\"attributes\":{\"price\":30}}\n"
            + "{\"op\":\"patch\",\"id\":\"i2\",\"at\":1700000005000,\"attributes\":{\"price\":20}}\n");
        var sources = ImportPlan.OfCanonical(fixture.Folder, null);
        var report = await fixture.ImportAsync(sources, isUnchanged: change => change.Attributes.Any(value => value.Name == "price" && value.Value.Number == 20));
        Assert.Equal((2, 1), (report.Kinds[ImportKind.Items].Accepted, report.Kinds[ImportKind.Items].Unchanged));
        Assert.Equal([ItemChangeKind.Patch, ItemChangeKind.Patch], fixture.Changes.Select(change => change.Kind));
    }

    [Fact]
    public async Task A_patch_without_a_time_follows_the_change_before_it()
    {
        using var fixture = new ImportFixture();
        fixture.Write("items.jsonl", Items + "{\"op\":\"patch\",\"id\":\"i2\",\"attributes\":{\"price\":30}}\n{\"op\":\"delete\",\"id\":\"i1\"}\n");
        await fixture.ImportAsync(ImportPlan.OfCanonical(fixture.Folder, null));
        Assert.Equal(["i1 Put", "i1 Delete", "i2 Put", "i2 Patch"], fixture.Changes.Select(change => $"{change.Id} {change.Kind}"));
    }

    [Fact]
    public async Task Random_tables_never_stop_an_import()
    {
        using var fixture = new ImportFixture();
        var random = RandomStream.For(9, 0);
        string[] pieces = ["1700000001", "view", "i1", "\"", "|", ",", "\n", "{", "[1", "\u0000", "-5", "1e999", "ё", ";;", "2023-01-01"];
        fixture.Write("items.jsonl", Items);
        foreach (var format in new[] { "csv", "tsv", "jsonl" })
        {
            fixture.Write("fuzz." + format, "id,time,item,price,list\n" + string.Concat(Enumerable.Range(0, 3_000).Select(_ => pieces[random.NextInt(pieces.Length)] + (random.NextInt(3) == 0 ? "," : ""))));
            var mapping = $$"""
                files:
                  - path: fuzz.{{format}}
                    kind: events
                    format: {{(format == "tsv" ? "csv" : format)}}
                    explode: {column: list, with: price}
                    columns:
                      id: {hash: [id, time]}
                      type: {constant: view}
                      occurredAt: {column: time, parse: unixSeconds}
                      item: {column: item, otherwise: id}
                      price: price
                      position: {positionOf: id, in: list}
                      context.words: {column: list, parse: json}
                """;
            var report = await fixture.ImportAsync([.. ImportPlan.OfCanonical(fixture.Folder, "goods"), .. fixture.Map(mapping)]);
            Assert.Empty(report.FailedFiles);
            Assert.All(report.Refused, line => Assert.False(string.IsNullOrEmpty(line.Code) || string.IsNullOrEmpty(line.Why)));
        }
    }

    [Fact]
    public async Task Spilled_runs_give_the_order_that_memory_gives()
    {
        var orders = new List<string[]>();
        foreach (var perRun in new[] { 1_000_000, 100 })
        {
            using var fixture = new ImportFixture();
            fixture.Write("items.jsonl", Items);
            fixture.Write("events.jsonl", string.Concat(Enumerable.Range(0, 2_000).Select(i =>
                $"{{\"id\":\"e{i}\",\"type\":\"view\",\"occurredAt\":{1_700_000_000_000 + (i * 7919L % 500)},\"item\":\"i1\"}}\n")));
            var report = await fixture.ImportAsync(ImportPlan.OfCanonical(fixture.Folder, "goods"), new ImportOptions { EntriesPerRun = perRun, EntriesPerAppend = 64 });
            Assert.Equal(perRun == 100, report.SpilledRuns > 10);
            Assert.Empty(Directory.GetFiles(Path.Combine(fixture.Folder, "work").Replace("work", "", StringComparison.Ordinal), "*.tmp", SearchOption.AllDirectories));
            orders.Add([.. fixture.Events.Select(read => read.Id)]);
        }

        Assert.Equal(2_000, orders[0].Length);
        Assert.Equal(orders[0], orders[1]);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(1)]
    public async Task In_one_instant_a_list_stands_between_the_events_that_do_not_name_it_and_those_that_do(int entriesPerRun)
    {
        using var fixture = new ImportFixture();
        fixture.Write("items.jsonl", Items);
        fixture.Write("events.jsonl", string.Concat(new[] { ("named", ",\"rankingId\":\"r\""), ("free", "") }.Select(read =>
            $"{{\"id\":\"{read.Item1}\",\"type\":\"click\",\"occurredAt\":1700000002000,\"item\":\"i1\"{read.Item2}}}\n")));
        fixture.Write("rankings.jsonl", "{\"id\":\"r\",\"surface\":\"search\",\"at\":1700000002000,\"items\":[\"i1\"]}\n");
        await fixture.ImportAsync(ImportPlan.OfCanonical(fixture.Folder, "goods"), new ImportOptions { EntriesPerRun = entriesPerRun });
        Assert.Equal([EntryKind.Event, EntryKind.Ranking, EntryKind.Event], fixture.Entries.Select(entry => entry.Kind).Where(kind => kind is EntryKind.Event or EntryKind.Ranking));
        Assert.Equal(["free", "named"], fixture.Events.Select(read => read.Id));
    }

    [Fact]
    public async Task A_compressed_file_that_is_cut_short_is_reported_with_the_line_reached_and_its_beginning_is_kept()
    {
        using var fixture = new ImportFixture();
        fixture.Write("items.jsonl", Items);
        var path = fixture.Write("events.jsonl.gz", string.Concat(Enumerable.Range(0, 50_000).Select(i =>
            $"{{\"id\":\"e{i}\",\"type\":\"view\",\"occurredAt\":1700000002000,\"item\":\"i1\"}}\n")));
        using (var file = File.OpenWrite(path))
        {
            file.SetLength(file.Length / 2);
        }

        var report = await fixture.ImportAsync(ImportPlan.OfCanonical(fixture.Folder, "goods"));
        var failed = Assert.Single(report.FailedFiles);
        Assert.Equal(path, failed.File);
        Assert.InRange(failed.Line, 1_000, 49_000);
        Assert.InRange(report.Kinds[ImportKind.Events].Accepted, failed.Line - 1, failed.Line);
    }

    [Fact]
    public async Task Missing_files_and_files_that_are_no_archive_are_reported()
    {
        using var fixture = new ImportFixture();
        File.WriteAllText(Path.Combine(fixture.Folder, "events.jsonl.gz"), "this is no archive");
        var sources = ImportPlan.OfCanonical(fixture.Folder, "goods").ToList();
        sources.Add(new ImportSource { Path = Path.Combine(fixture.Folder, "gone.jsonl"), Kind = ImportKind.Items, Format = ImportFormat.Jsonl });
        var report = await fixture.ImportAsync(sources);
        Assert.Equal(2, report.FailedFiles.Count);
    }

    [Fact]
    public async Task A_mapping_makes_items_lists_and_events_of_one_table()
    {
        using var fixture = new ImportFixture();
        fixture.Write("log.csv", "time,kind,shown,prices,chosen,visit,delivery\n"
            + "1700000001,open,,,,v1,\n"
            + "1700000002,choose,a|b,10|20,b,v1,Завтра\n"
            + "1700000003,choose,b|c,25|30,c,v2,7 мая\n"
            + "1700000004,choose,b|c,25,c,v3,\n"
            + "later,choose,b,1,b,v4,\n");
        var report = await fixture.ImportAsync(fixture.Map("""
            vertical: goods
            files:
              - path: log.csv
                kind: items
                where: {kind: choose}
                explode: {column: shown, with: prices}
                dedupe: shown
                columns:
                  id: shown
                  at: {column: time, parse: unixSeconds}
                  attributes.title: {join: [shown, kind], with: "-"}
                  attributes.category: {constant: things}
                  attributes.price: {column: prices, scale: 100}
                  attributes.delivery: {column: delivery, parse: ruDelivery, baseDate: {earliestOf: delivery, minus: 3d, year: 2023}}
              - path: log.csv
                kind: rankings
                where: {kind: choose, visit: [v1, v2]}
                columns: {id: {hash: [visit, time]}, at: {column: time, parse: unixSeconds}, surface: {constant: search}, items: {column: shown, split: "|"}}
              - path: log.csv
                kind: events
                where: {chosen: notEmpty, visit: [v1, v2]}
                columns:
                  id: {hash: [visit, time, chosen]}
                  type: {column: kind, map: {choose: click}}
                  occurredAt: {column: time, parse: unixSeconds}
                  item: chosen
                  rankingId: {hash: [visit, time]}
                  position: {positionOf: chosen, in: shown}
            """));
        Assert.Equal(["a", "b", "c"], fixture.Changes.Select(change => change.Id.Value).Order());
        Assert.Equal(1000, fixture.Changes.First().Attributes.Single(value => value.Name == "price").Value.Number);
        Assert.Equal("a-choose", fixture.Changes.First().Attributes.Single(value => value.Name == "title").Value.Text);
        Assert.Equal(3, fixture.Changes.Last().Attributes.Single(value => value.Name == "delivery").Value.Number);
        Assert.Equal([2, 2], fixture.Events.Select(click => click.Position));
        Assert.Equal(fixture.Rankings.Select(ranking => ranking.Id), fixture.Events.Select(click => click.RankingId));
        Assert.Equal([(5L, "prices", "wrong_length")], report.Refused.Select(line => (line.Line, line.Field, line.Code)));
        Assert.Equal(EventType.Click, fixture.Events.First().Type);
    }

    [Fact]
    public void A_wrong_mapping_is_named_with_its_place_and_the_nearest_name()
    {
        using var fixture = new ImportFixture();
        fixture.Write("a.csv", "x\n1\n");
        var errors = fixture.MappingErrors("vertical: goods\nfiles:\n  - path: a.csv\n    kind: items\n    columns:\n      id: x\n      attributes.prise: x\n      titel: {colum: x}\n");
        Assert.Contains(errors, error => error.Line == 7 && error.Suggestion == "price");
        Assert.Contains(errors, error => error.Line == 8 && error.Suggestion == "column");
        Assert.Contains(fixture.MappingErrors("files:\n  - {path: b.csv, kind: items, columns: {id: x}}\n"), error => error.Message.Contains("no file fits", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_column_that_a_file_lacks_is_reported_with_the_nearest_name()
    {
        using var fixture = new ImportFixture();
        fixture.Write("a.csv", "product_id,name\n1,n\n");
        var report = await fixture.ImportAsync(fixture.Map("vertical: goods\nfiles:\n  - {path: a.csv, kind: items, columns: {id: produkt_id}}\n"));
        Assert.Contains("did you mean 'product_id'", Assert.Single(report.FailedFiles).Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_ends_with_what_the_report_says()
    {
        using var fixture = new ImportFixture();
        Write(fixture);
        var last = default(ImportProgress);
        var report = await fixture.ImportAsync(ImportPlan.OfCanonical(fixture.Folder, "goods"), progress: progress => last = progress);
        Assert.Equal((ImportPhase.Appending, last.BytesTotal, 2L), (last.Phase, last.BytesRead, last.Refused));
        Assert.Equal(report.Kinds.Values.Sum(counts => counts.Accepted), last.Appended);
    }
}
