using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Services;

namespace Vitrina.Tests.Simulation.Services;

internal static class Markets
{
    public static DateOnly EndDate { get; } = new(2026, 3, 1);

    /// <summary>A world for tests: every option is on; made and run in some milliseconds.</summary>
    public static ServicesConfiguration Small { get; } = new() { Days = 4, CityCount = 3, CategoryCount = 2, SpecialistsPerMarket = 12, CrossMarketShare = 0.3, RelistShare = 0.5, RelistMeanHours = 3, RepeatShare = 0.5, RepeatMeanDays = 0.5 };

    public static ServicesConfiguration Preset(string name)
    {
        var kind = WorldKind.Find("services")!;
        return (ServicesConfiguration)WorldConfigurationFile.Load(kind, kind.FileOf(name)).Configuration!;
    }

    /// <summary>Everything that happens, as lines; cities one after the other.</summary>
    public static List<string> Life(ServicesConfiguration configuration, ServicesPolicy policy, ulong seed = 7)
    {
        var listener = new Lines();
        new ServicesMarketplace(configuration, seed).Run(policy, listener, TestContext.Current.CancellationToken);
        return listener.All;
    }

    public static long Deals(ServicesOutcome outcome, Attribution attribution = Attribution.Close) => ServicesOutcome.Total(outcome.Deals(attribution));

    private sealed class Lines : ServicesListener
    {
        public List<string> All { get; } = [];

        public override void OrderCreated(int market, long order, long at) => All.Add($"created {market} {order} {at}");

        public override void Viewed(in ServicesTouch touch) => All.Add($"viewed {touch}");

        public override void Responded(in ServicesTouch touch) => All.Add($"responded {touch}");

        public override void OrderClosed(in ServicesEnd ending) => All.Add($"closed {ending}");
    }
}
