using Vitrina.Engine.Statistics;

namespace Vitrina.Engine.Features;

/// <summary>Where a count stands: table, window, metric.</summary>
/// <param name="Table">The table's index.</param>
/// <param name="Window">The window's index.</param>
/// <param name="Metric">The event type's index.</param>
public readonly record struct CounterCell(int Table, int Window, int Metric);

/// <summary>How many events of a type a key had within a window.</summary>
internal sealed class CountFeature(string name, CounterCell cell, bool isLog) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var view = scope.Market.Statistics.Tables[cell.Table];
        var rows = scope.RowsOf(cell.Table);
        for (var i = 0; i < column.Length; i++)
        {
            var count = view.Count(rows[i], cell.Window, cell.Metric);
            column[i] = isLog ? MathF.Log(1 + count) : count;
        }
    }
}

/// <summary>The decayed count of a key's events of a type, as log(1 + count).</summary>
internal class DecayedFeature(string name, int table, int halfLife, int metric) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var view = scope.Market.Statistics.Tables[table];
        var rows = scope.RowsOf(table);
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = (float)double.LogP1(view.Decayed(rows[i], halfLife, metric, scope.NowMs));
        }
    }
}

/// <summary>A smoothed rate: (events + prior x base) / (exposures + prior), base = the same rate over the whole vertical.</summary>
/// <remarks>
/// The posterior mean of a Beta-binomial with a prior worth <c>prior</c> exposures (Gelman et al., Bayesian Data Analysis, section 2.4):
/// a key without evidence has the vertical's rate, never 0.
/// </remarks>
internal sealed class RateFeature(string name, CounterCell events, CounterCell exposures, CounterCell allEvents, CounterCell allExposures, float prior) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var view = scope.Market.Statistics.Tables[events.Table];
        var rows = scope.RowsOf(events.Table);
        var all = scope.Market.Statistics.Tables[allEvents.Table];
        var row = all.Find(StatisticKey.All.Of(null, -1, 0));

        // One event in twenty exposures stands in before the vertical has a rate of its own.
        var baseRate = (all.Count(row, allEvents.Window, allEvents.Metric) + 1f) / (all.Count(row, allExposures.Window, allExposures.Metric) + 20f);
        for (var i = 0; i < column.Length; i++)
        {
            var happened = view.Count(rows[i], events.Window, events.Metric);
            var exposed = view.Count(rows[i], exposures.Window, exposures.Metric);
            column[i] = (happened + (prior * baseRate)) / (exposed + prior);
        }
    }
}

/// <summary>How much of a user's interest goes to the candidate's value of an attribute: a share from 0 to 1, shrunk towards 0; NaN for users without history.</summary>
internal sealed class AffinityFeature(string name, int pairTable, int pairHalfLife, int userTable, int userHalfLife, double[] weights) : Feature(name)
{
    // The share of a user with little history is held back as if it had this much interest elsewhere: five clicks' worth.
    private const double Prior = 5;

    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var pairs = scope.Market.Statistics.Tables[pairTable];
        var users = scope.Market.Statistics.Tables[userTable];
        var user = scope.User < 0 ? -1 : users.Find((UInt128)(uint)(scope.User + 1));
        var total = Interest(users, user, userHalfLife, scope.NowMs);
        if (total <= 0)
        {
            column.Fill(float.NaN);
            return;
        }

        var rows = scope.RowsOf(pairTable);
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = (float)(Interest(pairs, rows[i], pairHalfLife, scope.NowMs) / (total + Prior));
        }
    }

    private double Interest(CounterView view, int row, int halfLife, long nowMs)
    {
        var interest = 0.0;
        for (var metric = 0; row >= 0 && metric < weights.Length; metric++)
        {
            if (weights[metric] > 0)
            {
                interest += weights[metric] * view.Decayed(row, halfLife, metric, nowMs);
            }
        }

        return interest;
    }
}
