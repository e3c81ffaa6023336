using Vitrina.Simulation.Services;

namespace Vitrina.Tests.Simulation.Services;

public class MarketplaceTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public void Same_seed_gives_the_same_sums_on_any_number_of_threads()
    {
        var policy = ServicesPolicies.Switchback(3, 6);
        var one = new ServicesMarketplace(Markets.Small, 7).Run(policy, null, None);
        var four = new ServicesMarketplace(Markets.Small, 7, threads: 4).Run(policy, null, None);
        var other = new ServicesMarketplace(Markets.Small, 8).Run(policy, null, None);
        foreach (var attribution in Enum.GetValues<Attribution>())
        {
            Assert.Equal(one.Deals(attribution).ToArray(), four.Deals(attribution).ToArray());
            Assert.Equal(one.Views(attribution).ToArray(), four.Views(attribution).ToArray());
            Assert.Equal(one.Responses(attribution).ToArray(), four.Responses(attribution).ToArray());
        }

        Assert.Equal(one.DealsByArm[1], four.DealsByArm[1]);
        Assert.NotEqual(one.Views(Attribution.Response).ToArray(), other.Views(Attribution.Response).ToArray());
    }

    [Fact]
    public void Every_attribution_counts_the_same_things_at_its_own_moment()
    {
        var outcome = new ServicesMarketplace(Markets.Small, 7).Run(ServicesPolicies.BySpecialist(5), null, None);
        Assert.True(Markets.Deals(outcome) > 50);
        Assert.Equal(Markets.Deals(outcome), Markets.Deals(outcome, Attribution.Creation));
        Assert.Equal(Markets.Deals(outcome), Markets.Deals(outcome, Attribution.Response));
        Assert.Equal(Markets.Deals(outcome), outcome.DealsByArm.Sum(arm => arm.Sum(deals => (long)deals)));
        Assert.Equal(ServicesOutcome.Total(outcome.Views(Attribution.Response)), outcome.ViewsByArm.Sum(arm => arm.Sum(views => (long)views)));
        Assert.NotEqual(outcome.Deals(Attribution.Creation).ToArray(), outcome.Deals(Attribution.Close).ToArray());
        Assert.NotEqual(outcome.Deals(Attribution.Response).ToArray(), outcome.Deals(Attribution.Close).ToArray());
    }

    [Fact]
    public void Sums_by_hour_are_those_of_what_a_listener_hears()
    {
        var (deals, responses) = (new int[Markets.Small.MarketCount * 96], new int[Markets.Small.MarketCount * 96]);
        var listener = new Counting((market, at) => deals[market * 96 + (int)(at / 3_600_000)]++, (market, at) => responses[market * 96 + (int)(at / 3_600_000)]++);
        var outcome = new ServicesMarketplace(Markets.Small, 9).Run(ServicesPolicies.Switchback(1, 12), listener, None);
        Assert.Equal(deals, outcome.Deals(Attribution.Response).ToArray());
        Assert.Equal(responses, outcome.Responses(Attribution.Response).ToArray());
    }

    [Fact]
    public void Orders_end_when_full_or_over_and_nobody_responds_to_them_afterwards()
    {
        var open = new Dictionary<long, (long At, int Responses)>();
        var busy = new Dictionary<int, long>();
        new ServicesMarketplace(Markets.Small with { BusyHours = 5 }, 3).Run(ServicesPolicies.BySpecialist(1), new Following(open, busy, Markets.Small), None);
        Assert.NotEmpty(busy);
    }

    [Fact]
    public void A_specialist_of_one_city_does_not_touch_the_life_of_another()
    {
        // Only the last city's specialists change their arm: the others' lives stay the same to the event.
        var first = Markets.Life(Markets.Small, ServicesPolicies.AllA);
        var second = Markets.Life(Markets.Small, (market, _, _) => market >= 4 ? Arm.B : Arm.A);
        Assert.Equal(first.Where(line => MarketOf(line) < 4), second.Where(line => MarketOf(line) < 4));
        Assert.NotEqual(first, second);

        static int MarketOf(string line) => line.StartsWith("created ", StringComparison.Ordinal)
            ? int.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)
            : int.Parse(line.Split("Market = ")[1].Split(',')[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Two_policies_meet_the_same_orders_and_the_same_sessions()
    {
        var calm = Markets.Small with { BusyHours = 0, RelistShare = 0, RepeatShare = 0 };
        var world = new ServicesMarketplace(calm, 7);
        var (a, b) = (world.Run(ServicesPolicies.AllA, null, None), world.Run(ServicesPolicies.AllB, null, None));
        Assert.Equal(a.Orders(Attribution.Creation).ToArray(), b.Orders(Attribution.Creation).ToArray());
        Assert.Equal(a.SessionsByArm[0], b.SessionsByArm[1]);
        Assert.NotEqual(Markets.Deals(a), Markets.Deals(b));
    }

    [Fact]
    public void More_cities_more_days_or_another_volume_leave_the_others_streams_unchanged()
    {
        var few = Markets.Life(Markets.Small, ServicesPolicies.AllA);
        var many = Markets.Life(Markets.Small with { CityCount = 5 }, ServicesPolicies.AllA);
        Assert.Equal(few, many.Take(few.Count));
        var world = new ServicesMarketplace(Markets.Small, 7);
        var other = new ServicesMarketplace(Markets.Small with { OrdersPerDay = 90, VolumeSpread = 0, LifeMeanHours = 1, BusyHours = 0 }, 7);
        Assert.Equal(world.People.Skill, other.People.Skill);
        Assert.Equal(
            new ServicesMarketplace(Markets.Small with { BusyHours = 0 }, 7).Run(ServicesPolicies.AllA, null, None).SessionsByArm[0],
            other.Run(ServicesPolicies.AllA, null, None).SessionsByArm[0]);

        // Orders that nothing within the world made: the same when nobody looks at them.
        Assert.Equal(FromOutside(few), FromOutside(Markets.Life(Markets.Small with { SessionsPerDay = 0 }, ServicesPolicies.AllA)));

        static List<string> FromOutside(List<string> life) =>
            [.. life.Where(line => line.StartsWith("created ", StringComparison.Ordinal) && long.Parse(line.Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture) < 1L << 60)];
    }

    [Fact]
    public void A_specialist_who_changes_leaves_the_markets_it_does_not_work_in_as_they_were()
    {
        var calm = Markets.Small with { CrossMarketShare = 0 };
        var world = new ServicesMarketplace(calm, 7);
        var before = world.Run(ServicesPolicies.AllB, null, None);
        world.People.Skill[0] += 3;
        var after = world.Run(ServicesPolicies.AllB, null, None);
        var hours = before.HourCount;
        Assert.NotEqual(before.Responses(Attribution.Response)[..hours].ToArray(), after.Responses(Attribution.Response)[..hours].ToArray());
        Assert.Equal(before.Views(Attribution.Response)[hours..].ToArray(), after.Views(Attribution.Response)[hours..].ToArray());
        Assert.Equal(before.Deals(Attribution.Close)[hours..].ToArray(), after.Deals(Attribution.Close)[hours..].ToArray());
        Assert.Equal(before.Orders(Attribution.Creation)[hours..].ToArray(), after.Orders(Attribution.Creation)[hours..].ToArray());
    }

    [Fact]
    public void Pure_stealing_moves_deals_and_makes_none()
    {
        var stealing = Markets.Small with { Days = 28, TreatmentOrder = FeedOrder.Newest, TreatmentStealing = 3 };
        var world = new ServicesMarketplace(stealing, 7);
        var (a, b) = (world.Run(ServicesPolicies.AllA, null, None), world.Run(ServicesPolicies.AllB, null, None));
        Assert.Equal(a.Deals(Attribution.Close).ToArray(), b.Deals(Attribution.Close).ToArray());
        Assert.Equal(a.DealsByArm[0], b.DealsByArm[1]);
        var coin = ServicesPolicies.BySpecialist(2);
        var test = world.Run(coin, null, None);
        var (inB, dealsB, dealsA) = (0, 0, 0);
        for (var specialist = 0; specialist < stealing.SpecialistCount; specialist++)
        {
            inB += coin(0, specialist, 0) == Arm.B ? 1 : 0;
            dealsA += test.DealsByArm[0][specialist];
            dealsB += test.DealsByArm[1][specialist];
        }

        Assert.True(dealsB / (double)inB > 1.2 * dealsA / (stealing.SpecialistCount - inB));
    }

    [Fact]
    public void Policies_refuse_a_period_of_nothing()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ServicesPolicies.Switchback(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ServicesPolicies.Switchback(1, double.NaN));
        Assert.Throws<ArgumentException>(() => ServicesPolicies.Switchback([[]], 24));
        var stored = ServicesPolicies.Switchback([[Arm.A, Arm.B]], 24);
        Assert.Equal([Arm.A, Arm.B, Arm.B], new[] { 23.9, 24, 100 }.Select(hours => stored(0, 0, hours)));
        var half = ServicesPolicies.ByMarket(1, 10);
        Assert.Equal(5, Enumerable.Range(0, 10).Count(market => half(market, 0, 0) == Arm.B));
    }

    private sealed class Counting(Action<int, long> onDeal, Action<int, long> onResponse) : ServicesListener
    {
        public override void Responded(in ServicesTouch touch) => onResponse(touch.Market, touch.At);

        public override void OrderClosed(in ServicesEnd ending)
        {
            if (ending.Winner >= 0)
            {
                onDeal(ending.Market, ending.RespondedAt);
            }
        }
    }

    private sealed class Following(Dictionary<long, (long At, int Responses)> open, Dictionary<int, long> busy, ServicesConfiguration configuration) : ServicesListener
    {
        public override void OrderCreated(int market, long order, long at) => open.Add(order, (at, 0));

        public override void Viewed(in ServicesTouch touch) => Assert.False(busy.TryGetValue(touch.Specialist, out var until) && touch.At < until);

        public override void Responded(in ServicesTouch touch)
        {
            var (at, responses) = open[touch.Order];
            Assert.Equal(at, touch.CreatedAt);
            Assert.True(responses < configuration.Slots);
            open[touch.Order] = (at, responses + 1);
        }

        public override void OrderClosed(in ServicesEnd ending)
        {
            Assert.True(open.Remove(ending.Order, out var known));
            Assert.Equal(known.Responses, ending.ResponseCount);
            Assert.Equal(ending.IsFull, ending.ResponseCount == configuration.Slots);
            Assert.InRange(ending.At - ending.CreatedAt, 0, (long)(configuration.LifeMaxHours * 3_600_000));
            if (ending.Winner >= 0)
            {
                busy[ending.Winner] = ending.At + 5 * 3_600_000;
            }
        }
    }
}
