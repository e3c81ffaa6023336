using System.CommandLine;
using System.Globalization;
using Vitrina.Engine.Events;
using Vitrina.Learning;
using Vitrina.Learning.Training.Trees;

namespace Vitrina.Cli.Commands;

/// <summary>What <c>vitrina train</c> can be told about the model.</summary>
internal sealed class TrainOptions
{
    private readonly Option<string> _vertical = new("--vertical") { Description = "The vertical.", DefaultValueFactory = _ => "goods" };
    private readonly Option<string> _surface = new("--surface") { Description = "The surface.", DefaultValueFactory = _ => "search" };
    private readonly Option<string> _model = OneOf("--model", "trees, logistic (the linear model), or auto: the one that orders the validation lists better.", "auto", "trees", "logistic");
    private readonly Option<string> _label = new("--label") { Description = "The event that makes an item relevant, within its attribution window.", DefaultValueFactory = _ => "click" };
    private readonly Option<string[]> _gains = new("--gain") { Description = "A grade per event type instead of one label, as in --gain click=1 --gain order=4; an item has the largest of its events'." };
    private readonly Option<string> _objective = OneOf(
        "--objective", "logistic: log-odds of the label; listwise: the order of each list (softmax by the linear model, LambdaMART by trees; lambdamart means the same); pairwise.", "logistic", "listwise", "lambdamart", "pairwise");
    private readonly Option<string> _bias = OneOf(
        "--position-bias", "feature: the position is an input, fixed at the first place at serving; ipw: positives weigh by inverse propensities of examination; none.", "feature", "ipw", "none");
    private readonly Option<string[]> _monotone = new("--monotone") { Description = "How the score may move when a feature grows and all others stay, as in --monotone attribute.price=down; may be repeated. Publishes trees." };
    private readonly Option<int?> _trees = new("--trees") { Description = "Most trees; fewer when the validation part says so. Default: 1000." };
    private readonly Option<int?> _leaves = new("--leaves") { Description = "Most leaves of a tree. Default: chosen on the validation part." };
    private readonly Option<double?> _learningRate = new("--learning-rate") { Description = "Factor on every leaf. Default: 0.05." };
    private readonly Option<double> _heldOutUsers = new("--held-out-users") { Description = "Share of users who are judged on and never learned from.", DefaultValueFactory = _ => 0 };
    private readonly Option<int> _threads = new("--threads") { Description = "Threads; 0 = all. The model does not depend on it.", DefaultValueFactory = _ => 0 };
    private readonly Option<ulong> _seed = new("--seed") { Description = "Seeds samples, shuffles and intervals.", DefaultValueFactory = _ => 1 };

    public TrainOptions() => _label.AcceptOnlyFromAmong([.. EventTypes.All]);

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _vertical, _surface, _model, _label, _gains, _objective, _bias, _monotone, _trees, _leaves, _learningRate, _heldOutUsers, _threads, _seed })
        {
            command.Options.Add(option);
        }
    }

    public LearningOptions Read(ParseResult parsed)
    {
        _ = EventTypes.TryParse(parsed.GetValue(_label), out var label);
        var options = new LearningOptions
        {
            Vertical = parsed.GetValue(_vertical)!,
            Surface = parsed.GetValue(_surface)!,
            Kind = Enum.Parse<RankerKind>(parsed.GetValue(_model)!, ignoreCase: true),
            Label = label,
            Gains = (parsed.GetValue(_gains) ?? []).Select(Gain).ToDictionary(),
            Objective = parsed.GetValue(_objective) switch
            {
                "listwise" or "lambdamart" => LearningObjective.Listwise,
                "pairwise" => LearningObjective.Pairwise,
                _ => LearningObjective.Logistic,
            },
            PositionBias = Enum.Parse<PositionBias>(parsed.GetValue(_bias)!, ignoreCase: true),
            Monotone = (parsed.GetValue(_monotone) ?? []).Select(Direction).ToDictionary(),
            Leaves = InRange(parsed.GetValue(_leaves), "--leaves", 2, 4096),
            HeldOutUserShare = InRange(parsed.GetValue(_heldOutUsers), "--held-out-users", 0, 0.9)!.Value,
            Threads = InRange(parsed.GetValue(_threads), "--threads", 0, 1024)!.Value,
            Seed = parsed.GetValue(_seed),
        };
        if (options.Gains.Count > 0 && options.Objective == LearningObjective.Logistic)
        {
            throw new UsageException("--gain needs --objective lambdamart or pairwise: a probability has no grades");
        }

        return options with
        {
            Trees = InRange(parsed.GetValue(_trees), "--trees", 1, 100_000) ?? options.Trees,
            LearningRate = InRange(parsed.GetValue(_learningRate), "--learning-rate", 1e-6, 10) ?? options.LearningRate,
        };
    }

    private static KeyValuePair<EventType, float> Gain(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        if (at < 1 || !EventTypes.TryParse(text[..at], out var type))
        {
            throw new UsageException($"--gain '{text}': give an event type and its grade, as in order=4; types are {string.Join(", ", EventTypes.All)}");
        }

        return float.TryParse(text.AsSpan(at + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var grade) && grade is > 0 and <= 30
            ? KeyValuePair.Create(type, grade)
            : throw new UsageException($"--gain '{text}': a grade is a number above 0, at most 30");
    }

    private static KeyValuePair<string, MonotoneDirection> Direction(string text) => text.Split('=') switch
    {
        [var feature, "up"] => KeyValuePair.Create(feature, MonotoneDirection.Increasing),
        [var feature, "down"] => KeyValuePair.Create(feature, MonotoneDirection.Decreasing),
        _ => throw new UsageException($"--monotone '{text}': give a feature and up or down, as in attribute.price=down"),
    };

    private static T? InRange<T>(T? value, string option, T low, T high) where T : struct, IComparable<T> =>
        value is { } given && (given.CompareTo(low) < 0 || given.CompareTo(high) > 0)
            ? throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{option}: {given} is not between {low} and {high}"))
            : value;

    private static Option<string> OneOf(string name, string description, params string[] values)
    {
        var option = new Option<string>(name) { Description = description, DefaultValueFactory = _ => values[0] };
        option.AcceptOnlyFromAmong(values);
        return option;
    }
}
