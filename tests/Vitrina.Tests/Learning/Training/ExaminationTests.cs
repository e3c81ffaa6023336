using System.Text.Json;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Codecs;
using Vitrina.Learning.Replay;
using Vitrina.Learning.Training;
using Vitrina.Simulation.Goods;
using Vitrina.Simulation.Writing;

namespace Vitrina.Tests.Learning.Training;

public class ExaminationTests
{
    private static readonly int[] Places = [2, 3, 5, 10, 20];

    [Fact]
    public async Task Randomised_lists_of_the_simulator_give_its_planted_examination_curve_back()
    {
        var configuration = GoodsConfiguration.Small with { RandomisedShare = 1, ExaminationDecay = 0.25, BotShare = 0, Days = 40 };
        var world = GoodsWorld.Create(configuration, 5, new DateOnly(2026, 3, 1));
        var folder = Directory.CreateTempSubdirectory("vitrina-examination-").FullName;
        await using (var writer = new HistoryWriter(world, new OpenLoopAdapter(world), folder))
        {
            await world.DriveAsync(writer, world.Start, world.End, null, TestContext.Current.CancellationToken);
        }

        var acted = new HashSet<(string Ranking, int Position)>();
        foreach (var line in File.ReadLines(Path.Combine(folder, "events.jsonl")))
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.GetProperty("type").GetString() == "click" && document.RootElement.TryGetProperty("rankingId", out var ranking))
            {
                acted.Add((ranking.GetString()!, document.RootElement.GetProperty("position").GetInt32()));
            }
        }

        var examination = new Examination();
        foreach (var line in File.ReadLines(Path.Combine(folder, "rankings.jsonl")))
        {
            using var document = JsonDocument.Parse(line);
            var id = document.RootElement.GetProperty("id").GetString()!;
            for (var position = 1; position <= document.RootElement.GetProperty("items").GetArrayLength(); position++)
            {
                examination.Note(position, acted.Contains((id, position)));
            }
        }

        Directory.Delete(folder, recursive: true);
        Assert.True(examination.Acts > Examination.EnoughActs, $"{examination.Acts} acts");
        Compare(examination.OfRandomised(), configuration.ExaminationDecay, 0.1);
    }

    // One visitor in a hundred is a program that reads whole lists and clicks three items in ten of them, with six times a person's lists.
    [Fact]
    public void Programs_that_click_everything_do_not_flatten_the_curve()
    {
        const double Decay = 0.12;
        const int Places = 20, People = 3000, ListsOfPerson = 6, ListsOfProgram = 100;
        using var journal = new MemoryJournalStore();
        var random = RandomStream.For(4, "programs");
        var acted = new HashSet<(string List, int Place)>();
        var lists = new List<RankingRecord>();
        for (var visitor = 0; visitor < People; visitor++)
        {
            var isProgram = visitor % 100 == 0;
            for (var list = isProgram ? ListsOfProgram : random.NextPoisson(ListsOfPerson); list > 0; list--)
            {
                var record = new RankingRecord { Id = $"r{lists.Count}", Vertical = "goods", Surface = "search", AtMs = lists.Count, User = $"u{visitor}", Shown = [.. Enumerable.Range(0, Places).Select(place => new ShownItem($"i{place}", 0, 0, 1))] };
                lists.Add(record);
                Append(EntryKind.Ranking, record.Write);
                for (var place = 1; place <= Places; place++)
                {
                    if (random.NextBool(isProgram ? 0.3 : 0.15 / (1 + (Decay * (place - 1)))))
                    {
                        acted.Add((record.Id, place));
                        Append(EntryKind.Event, new MarketEvent { Id = $"e{acted.Count}", Type = EventType.Click, OccurredAtMs = record.AtMs, Item = $"i{place - 1}", User = record.User, RankingId = record.Id }.Write);
                    }
                }
            }
        }

        var survey = JournalSurvey.Of(journal, "goods", "search", TestContext.Current.CancellationToken);
        var (all, people) = (new Examination(), new Examination());
        foreach (var record in lists)
        {
            for (var place = 1; place <= Places; place++)
            {
                all.Note(place, acted.Contains((record.Id, place)));
                people.Note(place, acted.Contains((record.Id, place)), survey.WeightOf(record));
            }
        }

        Compare(people.OfRandomised(), Decay, 0.06);
        Assert.True(all.OfRandomised()[9] > (1 / (1 + (Decay * 9))) + 0.1, "without bounds the programs are seen");
        Assert.Equal(1, survey.WeightOf(new RankingRecord { Id = "r", Vertical = "goods", Surface = "search", AtMs = 0, User = "nobody" }));

        void Append(EntryKind kind, Action<ByteWriter> write)
        {
            var bytes = new ByteWriter();
            write(bytes);
            journal.Append([new JournalEntry(journal.LastSequence + 1, lists.Count, kind, bytes.WrittenMemory.ToArray())]);
        }
    }

    [Fact]
    public void Regression_em_separates_attention_from_relevance_in_lists_that_were_sorted_by_it()
    {
        const double Decay = 0.25;
        var set = new TrainingSet(["quality", "noise"]);
        var random = RandomStream.For(3, "em");
        for (var list = 0; list < 2000; list++)
        {
            // The better items stand on top, but for luck: clicks by position alone would overstate how attention falls.
            var items = Enumerable.Range(0, 20).Select(_ => random.NextGaussian()).OrderByDescending(quality => quality + random.NextGaussian()).ToArray();
            for (var i = 0; i < items.Length; i++)
            {
                var relevance = 1 / (1 + Math.Exp(1 - (1.2 * items[i])));
                var isClicked = random.NextBool(1 / (1 + (Decay * i))) && random.NextBool(relevance);
                set.Add([(float)items[i], (float)random.NextGaussian()], isClicked ? 1 : 0, 1, list, i + 1);
            }
        }

        Compare(Examination.OfRegressionEm(set, 1, 2), Decay, 0.1);
    }

    [Fact]
    public void A_curve_never_rises_and_starts_at_one()
    {
        var examination = new Examination();
        foreach (var (position, acts) in new[] { (1, 40), (2, 50), (3, 20), (4, 25), (5, 0) })
        {
            for (var i = 0; i < 100; i++)
            {
                examination.Note(position, i < acts);
            }
        }

        var curve = examination.OfRandomised();
        Assert.Equal(Examination.MaxPosition, curve.Length);
        Assert.Equal([1f, 1f, 0.5f, 0.5f, 0.01f, 0.01f], curve[..6]);
    }

    private static void Compare(float[] curve, double decay, double tolerance)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(' ', Places.Select(place => $"{place}: {curve[place - 1]:0.000} / {1 / (1 + (decay * (place - 1))):0.000}")));
        Assert.All(Places, place => Assert.InRange(curve[place - 1], (1 / (1 + (decay * (place - 1)))) - tolerance, (1 / (1 + (decay * (place - 1)))) + tolerance));
    }
}
