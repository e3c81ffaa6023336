using System.Globalization;

namespace Vitrina.Engine.Models.Trees;

/// <summary>The function between a raw score and what it predicts.</summary>
public enum LinkFunction : byte
{
    /// <summary>The raw score is the prediction: ranks, and regressions on the label's own scale.</summary>
    Identity = 0,

    /// <summary>A probability: 1 / (1 + exp(−scale · raw)).</summary>
    Logistic = 1,

    /// <summary>A rate: exp(raw).</summary>
    Exponential = 2,

    /// <summary>A number that was learned as its signed square root: sign(raw) · raw².</summary>
    SignedSquare = 3,

    /// <summary>ln(1 + exp(raw)) (LightGBM's cross_entropy_lambda).</summary>
    SoftPlus = 4,

    /// <summary>1 above 0, else 0 (XGBoost's binary:hinge).</summary>
    Step = 5,
}

/// <summary>How a raw score becomes a prediction.</summary>
/// <param name="Function">The function.</param>
/// <param name="Scale">Steepness of the logistic function; 1 everywhere else.</param>
public readonly record struct ScoreLink(LinkFunction Function, double Scale = 1)
{
    /// <summary>The raw score itself.</summary>
    public static ScoreLink Identity { get; } = new(LinkFunction.Identity);

    /// <summary>Log-odds to probability.</summary>
    public static ScoreLink Logistic { get; } = new(LinkFunction.Logistic);

    /// <summary>Logarithm of a rate to the rate.</summary>
    public static ScoreLink Exponential { get; } = new(LinkFunction.Exponential);

    /// <summary>What a raw score predicts.</summary>
    public double Predict(double raw) => Function switch
    {
        LinkFunction.Identity => raw,
        LinkFunction.Logistic => RankingModel.Probability(Scale * raw),
        LinkFunction.Exponential => Math.Exp(raw),
        LinkFunction.SignedSquare => Math.CopySign(raw * raw, raw),
        LinkFunction.SoftPlus => raw > 0 ? raw + double.LogP1(Math.Exp(-raw)) : double.LogP1(Math.Exp(raw)),
        LinkFunction.Step => raw > 0 ? 1 : 0,
        _ => throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"There is no link function {Function}.")),
    };
}
