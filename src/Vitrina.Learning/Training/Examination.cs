using Vitrina.Engine.Models;

namespace Vitrina.Learning.Training;

/// <summary>Estimates the probability that a position is examined, relative to the first one.</summary>
/// <remarks>Curves never rise with the position, and are given up to <see cref="MaxPosition"/>: beyond, the last value holds.</remarks>
internal sealed class Examination
{
    /// <summary>The last position with a value of its own.</summary>
    public const int MaxPosition = 50;

    /// <summary>Acts in randomised lists from which on these alone tell the curve: about 5 % relative error at a place with a fiftieth of them.</summary>
    public const int EnoughActs = 2_000;

    // From a start that falls too steeply, EM creeps up to the curve: 20 rounds are still a third below it, 100 within a few hundredths.
    private const int Rounds = 100;
    private const double Least = 0.01;
    private readonly double[] _shown = new double[MaxPosition];
    private readonly double[] _acted = new double[MaxPosition];

    /// <summary>Acts that were noted, by weight.</summary>
    public double Acts => _acted.Sum();

    /// <summary>Notes one place of a list that was shown in random order: relevance is then the same everywhere, and acts tell attention.</summary>
    /// <param name="position">The place, from 1.</param>
    /// <param name="isActedOn">Whether somebody acted on its item.</param>
    /// <param name="weight">How much the list's visitor counts, in (0, 1].</param>
    public void Note(int position, bool isActedOn, double weight = 1)
    {
        _shown[Math.Min(position, MaxPosition) - 1] += weight;
        _acted[Math.Min(position, MaxPosition) - 1] += isActedOn ? weight : 0;
    }

    /// <summary>Acts per showing by position, over those of the first (Joachims et al., WSDM 2017, section 5.1).</summary>
    public float[] OfRandomised() => Falling(_acted, _shown);

    /// <summary>Regression-EM (Wang, Golbandi, Bendersky, Metzler, Najork, WSDM 2018): an act needs examination, told by the position, and relevance, told by the features.</summary>
    /// <param name="set">All shown rows of some lists, with positions, weighted by how much their visitors count; features without any form of the position.</param>
    /// <param name="seed">Seeds the fits.</param>
    /// <param name="threads">Threads; 0 = all.</param>
    public static float[] OfRegressionEm(TrainingSet set, ulong seed, int threads)
    {
        var relevance = new double[set.RowCount];
        Array.Fill(relevance, 0.5);
        var curve = new float[MaxPosition];
        for (var i = 0; i < curve.Length; i++)
        {
            curve[i] = 1f / (1 + i);
        }

        for (var round = 0; round < Rounds; round++)
        {
            var (examined, shown) = (new double[MaxPosition], new double[MaxPosition]);
            var soft = new TrainingSet(set.FeatureNames);
            var values = new float[set.FeatureCount];
            for (var row = 0; row < set.RowCount; row++)
            {
                var at = Math.Min(set.Position(row), MaxPosition) - 1;
                var (seen, liked) = (curve[at], relevance[row]);
                var (isActedOn, weight) = (set.Label(row) > 0, set.Weight(row));
                var neither = Math.Max(1e-9, 1 - (seen * liked));
                examined[at] += weight * (isActedOn ? 1 : seen * (1 - liked) / neither);
                shown[at] += weight;
                for (var feature = 0; feature < values.Length; feature++)
                {
                    values[feature] = set.Feature(row, feature);
                }

                soft.Add(values, isActedOn ? 1 : (float)(liked * (1 - seen) / neither), weight, set.Group(row), set.Position(row));
            }

            var model = LogisticTrainer.Train(soft, new LogisticTrainerOptions { Seed = seed, Threads = threads }).Model;
            Score(model, set, relevance);
            curve = Falling(examined, shown);
        }

        return curve;
    }

    private static void Score(RankingModel model, TrainingSet set, double[] relevance)
    {
        var matrix = new FeatureMatrix();
        var columns = model.ColumnsIn(set.FeatureNames);
        for (var (chunk, first) = (0, 0); chunk < set.ChunkCount; chunk++)
        {
            var scores = new float[set.Labels(chunk).Length];
            matrix.Reset(scores.Length, set.FeatureCount);
            for (var feature = 0; feature < set.FeatureCount; feature++)
            {
                set.Features(chunk, feature).CopyTo(matrix.Column(feature));
            }

            model.Score(matrix, columns, scores);
            foreach (var score in scores)
            {
                relevance[first++] = RankingModel.Probability(score);
            }
        }
    }

    // Isotonic regression by pooling neighbours that rise (Ayer et al., 1955), then relative to the first place.
    private static float[] Falling(double[] events, double[] exposures)
    {
        var pools = new List<(double Events, double Exposures, int Count)>();
        for (var i = 0; i < events.Length; i++)
        {
            pools.Add((events[i], exposures[i], 1));
            while (pools.Count > 1 && pools[^1].Events * pools[^2].Exposures >= pools[^2].Events * pools[^1].Exposures)
            {
                var (last, before) = (pools[^1], pools[^2]);
                pools.RemoveRange(pools.Count - 2, 2);
                pools.Add((last.Events + before.Events, last.Exposures + before.Exposures, last.Count + before.Count));
            }
        }

        var top = pools[0].Exposures > 0 ? pools[0].Events / pools[0].Exposures : 0;
        return [.. pools.SelectMany(pool => Enumerable.Repeat(
            top > 0 && pool.Exposures > 0 ? (float)Math.Clamp(pool.Events / pool.Exposures / top, Least, 1) : 1f, pool.Count))];
    }
}
