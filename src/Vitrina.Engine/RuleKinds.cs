using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Vitrina.Engine.Events;
using Vitrina.Engine.Ranking;
using Vitrina.Engine.Ranking.Mixing;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine;

/// <summary>What rules are bound to: the attributes of items, and the one by which candidates of this surface are told apart.</summary>
/// <param name="Schema">The items' attributes.</param>
/// <param name="Standard">The surface's groups, else the item type.</param>
/// <param name="Errors">Receives mistakes.</param>
internal sealed record RuleBinding(ItemSchema Schema, string? Standard, ErrorList Errors);

/// <summary>The mixing rules that a vertical's file can name. A new kind is one line here.</summary>
internal static class RuleKinds
{
    public static Dictionary<string, Func<KindDeclaration, RuleBinding, MixingRule>> All { get; } = new(StringComparer.Ordinal)
    {
        ["sellerCap"] = (rule, binding) => new SellerCapRule(rule.Bind<SellerCapParameters>(binding.Errors).Max),
        ["pin"] = (rule, binding) => rule.Bind<PinParameters>(binding.Errors) is var given ? new PinRule(Target(rule, given, binding), given.At) : null!,
        ["boost"] = (rule, binding) => rule.Bind<BoostParameters>(binding.Errors) is var given ? new BoostRule("boost", Target(rule, given, binding), given.Factor) : null!,
        ["bury"] = (rule, binding) => rule.Bind<BuryParameters>(binding.Errors) is var given ? new BoostRule("bury", Target(rule, given, binding), given.Factor) : null!,
        ["ban"] = (rule, binding) => new BanRule(Target(rule, rule.Bind<NamedParameters>(binding.Errors), binding)),
        ["cap"] = (rule, binding) => rule.Bind<CapParameters>(binding.Errors) is var given ? new CapRule(Target(rule, given, binding), given.Max) : null!,
        ["quota"] = (rule, binding) => rule.Bind<QuotaParameters>(binding.Errors) is var given ? new QuotaRule(Target(rule, given, binding), given.Min, given.Top) : null!,
        ["priority"] = (rule, binding) => new PriorityRule(Target(rule, rule.Bind<NamedParameters>(binding.Errors), binding)),
        ["cooldown"] = Cooldown,
        ["diversity"] = (rule, binding) => rule.Bind<DiversityParameters>(binding.Errors) is var given ? new DiversityRule(Target(rule, given, binding), given.Strength) : null!,
        ["age"] = (rule, binding) => rule.Bind<AgeParameters>(binding.Errors) is var given ? new AgeRule(Target(rule, given, binding), given.Years, given.BirthYear) : null!,
    };

    internal class TargetParameters
    {
        [Description("The keyword attribute that the rule looks at; default: the surface's groups, else the item type.")]
        public string? Attribute { get; init; }

        [Description("The values for which the rule holds; none: all of them.")]
        [OneOrMany]
        public IReadOnlyList<string> Values { get; init; } = [];
    }

    internal sealed class SellerCapParameters
    {
        [Description("How many items of one seller may stand on a page.")]
        [Range(1, 1000)]
        public int Max { get; init; } = 3;
    }

    internal class NamedParameters : TargetParameters;

    internal sealed class PinParameters : TargetParameters
    {
        [Description("The place, from 1.")]
        [Range(1, 1000)]
        public int At { get; init; } = 1;
    }

    internal sealed class BoostParameters : TargetParameters
    {
        [Description("What the odds are multiplied by, above 1.")]
        [Range(1.0, 1e6)]
        public double Factor { get; init; } = 2;
    }

    internal sealed class BuryParameters : TargetParameters
    {
        [Description("What the odds are multiplied by, below 1.")]
        [Range(1e-6, 1.0)]
        public double Factor { get; init; } = 0.5;
    }

    internal sealed class CapParameters : TargetParameters
    {
        [Description("How many candidates with one value may stand on a page.")]
        [Range(1, 1000)]
        public int Max { get; init; } = 3;
    }

    internal sealed class QuotaParameters : TargetParameters
    {
        [Description("How many of them stand in the top at least.")]
        [Range(1, 1000)]
        public int Min { get; init; } = 1;

        [Description("How many places the top has.")]
        [Range(1, 1000)]
        public int Top { get; init; } = 10;
    }

    internal sealed class CooldownParameters : TargetParameters
    {
        [Description("The event that ends the interest.")]
        public string After { get; init; } = "order";

        [Description("For how long.")]
        [Range(typeof(TimeSpan), "00:01:00", "366.00:00:00")]
        public TimeSpan For { get; init; } = TimeSpan.FromDays(30);
    }

    internal sealed class DiversityParameters : TargetParameters
    {
        [Description("0 = by score alone, 1 = unlike the places above at any price.")]
        [Range(0.0, 1.0)]
        public double Strength { get; init; } = 0.3;
    }

    internal sealed class AgeParameters : TargetParameters
    {
        [Description("The least age in years.")]
        [Range(1, 120)]
        public int Years { get; init; } = 18;

        [Description("The users' number attribute with the year of birth.")]
        public string BirthYear { get; init; } = "birthYear";
    }

    private static CooldownRule Cooldown(KindDeclaration rule, RuleBinding binding)
    {
        var given = rule.Bind<CooldownParameters>(binding.Errors);
        if (!EventTypes.TryParse(given.After, out var after))
        {
            binding.Errors.Add(rule.PositionOf("after"), $"'{given.After}' is no event type", NearestName.Find(given.After, EventTypes.All));
        }

        return new CooldownRule(Target(rule, given, binding), after, given.For);
    }

    private static RuleTarget Target(KindDeclaration rule, TargetParameters given, RuleBinding binding)
    {
        var name = given.Attribute ?? binding.Standard ?? "";
        if (binding.Schema.FindOrNull(name) is { Storage: AttributeStorage.Keywords or AttributeStorage.KeywordLists } slot)
        {
            if (given.Values.Count == 0 && given is NamedParameters or PinParameters or BoostParameters or BuryParameters or QuotaParameters or AgeParameters)
            {
                binding.Errors.Add(rule.Position, $"the rule '{rule.Kind}' needs values of '{name}', as in values: [phones]");
            }

            return new RuleTarget(slot, given.Values);
        }

        var keywords = binding.Schema.Slots.Where(known => known.Storage is AttributeStorage.Keywords or AttributeStorage.KeywordLists).Select(known => known.Name);
        binding.Errors.Add(rule.PositionOf("attribute"), $"'{name}' is not a keyword attribute of the item", NearestName.Find(name, keywords));
        return new RuleTarget(binding.Schema.Slots[0], given.Values);
    }
}
