using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Trees;
using Vitrina.Learning;
using Vitrina.Learning.Training.Trees;
using Vitrina.Tests.Learning.Backtesting;

namespace Vitrina.Tests.Learning.Training;

public class MonotoneTests
{
    // People click cheap items. A model that may not fall with the price finds nothing in it; one that may not rise finds what there is.
    [Fact]
    public async Task A_direction_that_was_asked_for_holds_for_every_row_and_trees_are_published()
    {
        await using var lists = await ClickedLists.MakeAsync();
        foreach (var direction in new[] { MonotoneDirection.Increasing, MonotoneDirection.Decreasing })
        {
            var outcome = Learn(lists, new() { ["attribute.price"] = direction });
            Assert.IsType<TreeModel>(outcome.Model);
            var price = outcome.Model.Inputs.Select(input => input.Name).ToList().IndexOf("attribute.price");
            var falls = Prices(outcome.Model, price).Zip(Prices(outcome.Model, price).Skip(1), (cheaper, dearer) => dearer - cheaper).ToList();
            Assert.All(falls, step => Assert.True(direction == MonotoneDirection.Increasing ? step >= 0 : step <= 0, $"{direction}: a step of {step}"));
            Assert.Equal(direction == MonotoneDirection.Decreasing, falls.Sum() < -1);
        }

        var unknown = Assert.Throws<NothingToLearnException>(() => Learn(lists, new() { ["attribute.prise"] = MonotoneDirection.Increasing }));
        Assert.Contains("did you mean 'attribute.price'?", unknown.Message, StringComparison.Ordinal);
        Assert.Throws<NothingToLearnException>(() => Learn(lists, new() { ["attribute.price"] = MonotoneDirection.Increasing }, RankerKind.Logistic));
    }

    private static LearningOutcome Learn(ClickedLists lists, Dictionary<string, MonotoneDirection> monotone, RankerKind kind = RankerKind.Auto) => LearningLoop.Run(
        lists.Engine.Runtime.Journal,
        lists.Engine.Verticals,
        null,
        new LearningOptions { Vertical = "goods", Surface = "search", Kind = kind, Monotone = monotone, Trees = 60, Leaves = 8 },
        cancellationToken: TestContext.Current.CancellationToken);

    // The score along the prices, everything else missing.
    private static float[] Prices(RankingModel model, int price)
    {
        var matrix = new FeatureMatrix();
        matrix.Reset(40, model.Inputs.Count);
        for (var column = 0; column < model.Inputs.Count; column++)
        {
            matrix.Column(column).Fill(column == price ? 0 : float.NaN);
        }

        for (var row = 0; row < 40; row++)
        {
            matrix[row, price] = MathF.Log(1 + 90 + (10 * row));
        }

        var scores = new float[40];
        model.Score(matrix, [.. Enumerable.Range(0, model.Inputs.Count)], scores);
        return scores;
    }
}
