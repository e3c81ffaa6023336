using Vitrina.Learning;
using Vitrina.Learning.Replay;
using Vitrina.Learning.Training;

namespace Vitrina.Tests.Learning.Training;

public class LearningRowsTests
{
    private static readonly LearningOptions Options = new() { Vertical = "v", Surface = "s" };

    private static LearningList List(float[] labels, int lastSeen = 0, LogPart part = LogPart.Train, string id = "r") => new()
    {
        Id = id,
        Part = part,
        Labels = labels,
        Features = [[.. labels.Select((_, row) => (float)row)]],
        Positions = [.. labels.Select((_, row) => row + 1)],
        LastSeen = lastSeen,
        IsRandomised = false,
        Text = [],
        Popularity = new float[labels.Length],
        Price = new float[labels.Length],
        LastTouched = new int[labels.Length],
    };

    private static TrainingSet Rows(LearningOptions options, LearningList list, float[]? examination = null)
    {
        using var rows = new LearningRows(new LearningColumns(["f"], options.PositionBias == PositionBias.Feature), options, examination: examination);
        rows.Add(list);
        Assert.Equal(rows.Linear.RowCount, rows.RowCount);
        return rows.Linear;
    }

    [Fact]
    public void Negatives_stand_up_to_one_place_beyond_the_last_act_when_nobody_said_what_was_seen() =>
        Assert.Equal(3, Rows(Options, List([0, 1, 0, 0, 0])).RowCount);

    [Fact]
    public void Negatives_stand_up_to_the_last_view_where_views_were_sent()
    {
        Assert.Equal(4, Rows(Options, List([0, 1, 0, 0, 0], lastSeen: 4)).RowCount);
        Assert.Equal(2, Rows(Options, List([0, 0, 0], lastSeen: 2)).RowCount);
    }

    [Fact]
    public void A_list_nobody_acted_on_teaches_no_order()
    {
        Assert.Equal(0, Rows(Options, List([0, 0, 0])).RowCount);
        Assert.Equal(0, Rows(Options with { Objective = LearningObjective.Listwise }, List([0, 0, 0], lastSeen: 3)).RowCount);
    }

    [Fact]
    public void Positions_are_inputs_fixed_at_the_first_place_or_none_at_all()
    {
        var set = Rows(Options, List([1, 0]));
        Assert.Equal(["f", "position.log", "position.inverse"], set.FeatureNames);
        Assert.Equal(0.5f, set.Feature(1, 2));
        Assert.Equal(["f"], Rows(Options with { PositionBias = PositionBias.None }, List([1, 0])).FeatureNames);
    }

    [Fact]
    public void Inverse_propensities_weigh_acts_by_how_rarely_their_place_is_examined_and_take_every_row()
    {
        var set = Rows(Options with { PositionBias = PositionBias.Ipw }, List([0, 1, 0, 1, 0]), [1, 0.5f, 0.25f, 0.05f]);
        Assert.Equal(5, set.RowCount);
        Assert.Equal([1f, 2f, 1f, 10f, 1f], Enumerable.Range(0, 5).Select(set.Weight));
    }

    [Fact]
    public void Rows_of_a_visitor_who_acts_far_more_often_than_others_count_less()
    {
        // 32 times as often as the busiest of usual visitors, 8 times and 4 times.
        foreach (var (visitor, weight) in new[] { (1 / 32f, 0.25f), (1 / 8f, 1), (0.25f, 1) })
        {
            var set = Rows(Options with { PositionBias = PositionBias.Ipw }, List([0, 1]) with { VisitorWeight = visitor }, [1, 0.5f]);
            Assert.Equal([weight, 2 * weight], Enumerable.Range(0, 2).Select(set.Weight));
        }
    }

    [Fact]
    public void A_share_of_lists_by_hash_is_the_same_every_time_and_about_as_large_as_asked()
    {
        var held = Enumerable.Range(0, 10_000).Count(i => Shares.Holds($"user-{i}", 0.3));
        Assert.InRange(held, 2800, 3200);
        Assert.Equal(Shares.Holds("somebody", 0.4), Shares.Holds("somebody", 0.4));
        Assert.All(Enumerable.Range(0, 1000).Where(i => Shares.Holds($"{i}", 0.1)), i => Assert.True(Shares.Holds($"{i}", 0.2)));
    }
}
