using System.Text.Json;
using Vitrina.Kernels.Chance;
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
