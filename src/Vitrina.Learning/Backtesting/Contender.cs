using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Registry;
using Vitrina.Engine.Models.Trees;
using Vitrina.Engine.Ranking.Recording;
using Vitrina.Learning.Replay;

namespace Vitrina.Learning.Backtesting;

/// <summary>One side of a backtest: something that scores the candidates of a recorded list.</summary>
public abstract record Contender
{
    private Contender(string name) => Name = name;

    /// <summary>What it is called in reports.</summary>
    public string Name { get; }

    /// <summary>The words that stand for contenders that are no model.</summary>
    public static IReadOnlyList<string> Words { get; } = ["shown", "popularity", "text"];

    /// <summary>Scores the rows of a list; NaN = it has none for this row, which then stands last.</summary>
    /// <returns>False when it cannot judge this list, which is left out for both sides.</returns>
    internal abstract bool TryScore(ReplayedRanking ranking, float[] scores);

    /// <summary>The probability of the label at a score; NaN when the score says nothing of it.</summary>
    internal virtual float ProbabilityOf(float score) => float.NaN;

    /// <summary>The order in which the list was shown.</summary>
    public sealed record Shown() : Contender("shown")
    {
        internal override bool TryScore(ReplayedRanking ranking, float[] scores)
        {
            for (var row = 0; row < scores.Length; row++)
            {
                scores[row] = ranking.ShownIndex[row] < 0 ? float.NaN : -ranking.ShownIndex[row];
            }

            return true;
        }
    }

    /// <summary>Popularity at the list's time.</summary>
    public sealed record Popular() : Contender("popularity")
    {
        internal override bool TryScore(ReplayedRanking ranking, float[] scores)
        {
            ranking.Popularity.CopyTo(scores, 0);
            return true;
        }
    }

    /// <summary>The text score (BM25) at the list's time.</summary>
    public sealed record Text() : Contender("text")
    {
        internal override bool TryScore(ReplayedRanking ranking, float[] scores)
        {
            if (ranking.TextScores.Length == scores.Length)
            {
                ranking.TextScores.CopyTo(scores, 0);
            }

            return true;
        }
    }

    /// <summary>A model version.</summary>
    public sealed record Model : Contender
    {
        private readonly int[] _columns;
        private readonly ScoreLink? _link;

        /// <summary>Binds a version to the features of its vertical.</summary>
        /// <exception cref="ModelMismatchException">It needs features that the vertical does not have.</exception>
        public Model(LoadedModel loaded, IReadOnlyList<string> featureNames)
            : base(loaded?.Manifest.Id ?? "")
        {
            ArgumentNullException.ThrowIfNull(loaded);
            Loaded = loaded;
            _columns = loaded.Model.ColumnsIn(featureNames);
            _link = loaded.Model switch
            {
                TreeModel trees => trees.Ensemble.Link.Function == LinkFunction.Logistic ? trees.Ensemble.Link : null,
                _ => loaded.Manifest.Objective == "logistic" ? ScoreLink.Logistic : null,
            };
        }

        /// <summary>The version.</summary>
        public LoadedModel Loaded { get; init; }

        internal IReadOnlyList<int> Columns => _columns;

        internal override bool TryScore(ReplayedRanking ranking, float[] scores)
        {
            Loaded.Model.Score(ranking.Features, _columns, scores);
            return true;
        }

        internal override float ProbabilityOf(float score) => Loaded.Manifest.Calibration is { } calibration
            ? (float)calibration.Apply(score)
            : (float)(_link?.Predict(score) ?? float.NaN);
    }

    /// <summary>The scores that were logged while a version was in shadow, or those that served beside it.</summary>
    /// <param name="Id">The version in shadow, as name/version.</param>
    /// <param name="IsServed">True: what served beside it.</param>
    public sealed record Logged(string Id, bool IsServed) : Contender(IsServed ? "served" : Id)
    {
        internal override bool TryScore(ReplayedRanking ranking, float[] scores)
        {
            if (ranking.Recorded is not { } block || ShadowScores.ModelOf(block) != Id)
            {
                return false;
            }

            var logged = IsServed ? ShadowScores.ServedOf(block) : ShadowScores.Of(block);
            for (var row = 0; row < scores.Length; row++)
            {
                var recorded = Array.IndexOf(block.Items, ranking.Items[row].Id.Value);
                scores[row] = recorded < 0 ? float.NaN : logged[recorded];
            }

            return !Array.TrueForAll(scores, float.IsNaN);
        }
    }
}
