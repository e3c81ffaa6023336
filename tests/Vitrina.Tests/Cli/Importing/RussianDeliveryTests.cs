using System.Text;
using Vitrina.Cli.Importing;

namespace Vitrina.Tests.Cli.Importing;

public sealed class RussianDeliveryTests
{
    [Theory]
    [InlineData("Сегодня доставит Ozon", 0)]
    [InlineData("Завтра доставит Ozon", 1)]
    [InlineData("Послезавтра доставит продавец", 2)]
    [InlineData("24 мая доставит Ozon, продавец", 20)]
    [InlineData("1 июля доставит", 58)]
    [InlineData("За час курьером Ozon Express", 1 / 24.0)]
    [InlineData("За 2 часа курьером продавца", 2 / 24.0)]
    [InlineData("Через 3 дня", 3)]
    [InlineData("2 января доставит", 243)]
    [InlineData("Из-за рубежа доставит", double.NaN)]
    [InlineData("Не доставляется в ваш регион", double.NaN)]
    [InlineData("Доставит Ozon", double.NaN)]
    [InlineData("31 июня доставит", double.NaN)]
    [InlineData("", double.NaN)]
    public void Words_become_days_and_unknown_is_not_slow(string words, double days) =>
        Assert.Equal(days, RussianDelivery.ParseDays(Encoding.UTF8.GetBytes(words), new DateOnly(2022, 5, 4).DayNumber, 2022));

    [Fact]
    public void Without_a_day_only_relative_words_are_understood()
    {
        Assert.Equal(1, RussianDelivery.ParseDays("завтра"u8, null, null));
        Assert.Equal(double.NaN, RussianDelivery.ParseDays("24 мая"u8, null, 2022));
    }
}
